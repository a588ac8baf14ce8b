import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { AccountRequests } from './account-requests.service.js';
import { AccountsRepository } from './accounts.repository.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { CollectionsController } from './collections/collections.controller.js';
import { UserCollections } from './collections/user-collections.service.js';
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
  controllers: [AuthController, CollectionsController, SessionsController],
  providers: [
    AccountRequests,
    AccountsRepository,
    AuthService,
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
