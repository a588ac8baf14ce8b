import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { AccountRequests } from './account-requests.service.js';
import { AccountsRepository } from './accounts.repository.js';
import { AccountEvents } from './account-events.js';
import { Attempts } from './abuse/attempts.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { CodesController } from './codes/codes.controller.js';
import { Codes } from './codes/codes.service.js';
import { MailedSecrets } from './codes/mailed-secrets.service.js';
import { OneTimeSecrets } from './codes/one-time-secrets.service.js';
import { CollectionsController } from './collections/collections.controller.js';
import { UserCollections } from './collections/user-collections.service.js';
import { AddressVerification } from './recovery/address-verification.service.js';
import { RecoveryController } from './recovery/recovery.controller.js';
import { Recovery } from './recovery/recovery.service.js';
import { Redirects } from './redirects.service.js';
import { RefreshRequests } from './sessions/refresh-requests.service.js';
import { RefreshTokens } from './sessions/refresh-tokens.service.js';
import { RevocationFeed } from './sessions/revocation-feed.service.js';
import { SessionCookies } from './sessions/session-cookies.js';
import { SessionsController } from './sessions/sessions.controller.js';
import { SessionsRepository } from './sessions/sessions.repository.js';
import { Sessions } from './sessions/sessions.service.js';
import { SignIns } from './sign-ins.service.js';

/** Accounts: `/service/auth/v1`, and {@link AuthService} for applications. */
@Module({
  imports: [QueryModule],
  controllers: [
    AuthController,
    CodesController,
    CollectionsController,
    RecoveryController,
    SessionsController,
  ],
  providers: [
    AccountEvents,
    AccountRequests,
    AccountsRepository,
    AddressVerification,
    Attempts,
    AuthService,
    Codes,
    MailedSecrets,
    OneTimeSecrets,
    Recovery,
    Redirects,
    RefreshRequests,
    RefreshTokens,
    RevocationFeed,
    SessionCookies,
    Sessions,
    SessionsRepository,
    SignIns,
    UserCollections,
  ],
  exports: [AuthService],
})
export class AuthModule {}
