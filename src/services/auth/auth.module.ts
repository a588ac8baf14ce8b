import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { Attempts } from './abuse/attempts.service.js';
import { AccountEvents } from './account-events.js';
import { AccountRequests } from './account-requests.service.js';
import { AccountsRepository } from './accounts.repository.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { CodesController } from './codes/codes.controller.js';
import { Codes } from './codes/codes.service.js';
import { MailedSecrets } from './codes/mailed-secrets.service.js';
import { OneTimeSecrets } from './codes/one-time-secrets.service.js';
import { CollectionsController } from './collections/collections.controller.js';
import { UserCollections } from './collections/user-collections.service.js';
import { MfaController } from './mfa/mfa.controller.js';
import { Mfa } from './mfa/mfa.service.js';
import { RecoveryCodes } from './mfa/recovery-codes.service.js';
import { SecondFactors } from './mfa/second-factors.service.js';
import { StepUp } from './mfa/step-up.service.js';
import { Totp } from './mfa/totp.service.js';
import { BrowserFlowController } from './oauth/browser-flow.controller.js';
import { BrowserFlowGuard } from './oauth/browser-flow.guard.js';
import { BrowserStates } from './oauth/browser-states.service.js';
import { BrowserStrategies } from './oauth/browser-strategies.service.js';
import { IdentitiesRepository } from './oauth/identities.repository.js';
import { Identities } from './oauth/identities.service.js';
import { OAuthAccounts } from './oauth/oauth-accounts.service.js';
import { OAuthClient } from './oauth/oauth-client.service.js';
import { OAuthProviders } from './oauth/oauth-providers.service.js';
import { OAuthStates } from './oauth/oauth-states.service.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuth } from './oauth/oauth.service.js';
import { AuditController } from './operators/audit.controller.js';
import { UserImport } from './operators/user-import.service.js';
import { UsersController } from './operators/users.controller.js';
import { Users } from './operators/users.service.js';
import { PasskeysController } from './passkeys/passkeys.controller.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import { Passkeys } from './passkeys/passkeys.service.js';
import { AddressVerification } from './recovery/address-verification.service.js';
import { Takeover } from './recovery/takeover.service.js';
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
import { SignInWays } from './sign-in-ways.service.js';
import { SignIns } from './sign-ins.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

const ACCOUNTS = [AccountEvents, AccountRequests, AccountsRepository, Attempts, AuthService, UserCollections];
const SESSIONS = [
  RefreshRequests,
  RefreshTokens,
  RevocationFeed,
  SessionCookies,
  Sessions,
  SessionsRepository,
];
const MAILED = [AddressVerification, Codes, MailedSecrets, OneTimeSecrets, Recovery, Redirects, Takeover];
const OAUTH = [
  BrowserFlowGuard,
  BrowserStates,
  BrowserStrategies,
  Identities,
  IdentitiesRepository,
  OAuth,
  OAuthAccounts,
  OAuthClient,
  OAuthProviders,
  OAuthStates,
];
const FACTORS = [Mfa, Passkeys, PasskeysRepository, RecoveryCodes, SecondFactors, StepUp, Totp];

/** Accounts: `/service/auth/v1`, and {@link AuthService} for applications. */
@Module({
  imports: [QueryModule],
  controllers: [
    AuthController,
    AuditController,
    BrowserFlowController,
    CodesController,
    CollectionsController,
    MfaController,
    OAuthController,
    PasskeysController,
    RecoveryController,
    SessionsController,
    UsersController,
  ],
  providers: [
    ...ACCOUNTS,
    ...SESSIONS,
    ...MAILED,
    ...OAUTH,
    ...FACTORS,
    SignIns,
    SignInWays,
    UserImport,
    Users,
  ],
  exports: [AuthService],
})
export class AuthModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'auth', title: 'Accounts', needs: ['database'], uses: ['mail', 'oauth'] });
  }
}
