import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { AccountsRepository } from '../accounts.repository.js';
import { codeInvalid } from '../codes/codes.service.js';
import { fromToken, OneTimeSecrets, tokenOf } from '../codes/one-time-secrets.service.js';
import { Redirects } from '../redirects.service.js';
import type { SignedIn } from '../sessions/session.js';
import { SignIns } from '../sign-ins.service.js';
import type { OAuthCallbackDto, OAuthStartDto } from './dto/oauth.dto.js';
import { OAuthAccounts } from './oauth-accounts.service.js';
import { OAuthClient } from './oauth-client.service.js';
import type { OAuthProfile } from './oauth-provider.js';
import { OAuthProviders } from './oauth-providers.service.js';
import { OAuthStates, type StateClaims } from './oauth-states.service.js';

/** Life of the code that an application exchanges for a session, in seconds. */
const EXCHANGE_LIFETIME = 120;

/** What `/ocall` answers. */
export interface OAuthAnswer extends Partial<SignedIn> {
  name: string | null;
  email: string | null;
  identifier: string;
  provider: string;
}

/** Sign-in by providers: the flow of applications that talk to the API, and the end of that of browsers. */
@Injectable()
export class OAuth {
  constructor(
    private readonly providers: OAuthProviders,
    private readonly client: OAuthClient,
    private readonly states: OAuthStates,
    private readonly accounts: OAuthAccounts,
    private readonly repository: AccountsRepository,
    private readonly secrets: OneTimeSecrets,
    private readonly redirects: Redirects,
    private readonly signIns: SignIns,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `not_found`, `service_unavailable`, `redirect_refused`, `provider_failed` */
  async start(body: OAuthStartDto): Promise<{ authorization_url: string; state: string }> {
    const provider = this.providers.get(body.provider);
    this.redirects.check(body.redirect);
    const collection = body.collection ?? this.config.MONGODB_AUTH_COLLECTION;
    const { project } = this.context;
    const claims = {
      provider: provider.name,
      redirect: body.redirect,
      collection,
      project,
      flow: 'api' as const,
    };
    const { authorization } = await this.client.addresses(provider);
    const { state, challenge } = await this.states.issue(claims);
    const url = new URL(authorization);
    const parameters = {
      response_type: 'code',
      client_id: provider.clientId,
      redirect_uri: body.redirect,
      scope: provider.scope,
      state,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { authorization_url: url.href, state };
  }

  /**
   * Finds out who came back from a provider.
   *
   * @throws CoglexError `oauth_state_invalid`, `code_invalid`, `provider_failed`
   */
  async identify(body: OAuthCallbackDto): Promise<{ profile: OAuthProfile; claims: StateClaims }> {
    const provider = this.providers.get(body.provider);
    const expected = { provider: provider.name, redirect: body.redirect, flow: 'api' as const };
    const { claims, verifier } = await this.states.spend(body.state, expected);
    const token = await this.client.exchange(provider, body.code, body.redirect, verifier);
    return { profile: await this.client.profile(provider, token), claims };
  }

  /** @throws CoglexError as {@link identify}, and with `signin` those of a sign-in */
  async callback(body: OAuthCallbackDto, caller: Caller): Promise<OAuthAnswer> {
    const { profile, claims } = await this.identify(body);
    const { name, email, identifier, provider } = profile;
    const answer = { name, email, identifier, provider };
    if (!body.signin) return answer;
    const account = await this.accounts.of(profile, claims.collection, caller);
    const method = `oauth:${provider}` as const;
    return { ...answer, ...(await this.signIns.complete(account, claims.collection, { method, caller })) };
  }

  /** The application's page with a code for one session: tokens never stand in an address. */
  async finish(profile: OAuthProfile, claims: StateClaims, caller: Caller): Promise<string> {
    const account = await this.accounts.of(profile, claims.collection, caller);
    const data = { user: account._id, collection: claims.collection, provider: profile.provider };
    const secret = await this.secrets.issue('oauth-session', data, { lifetime: EXCHANGE_LIFETIME });
    return this.redirects.with(claims.redirect, { code: tokenOf(secret) });
  }

  /** @throws CoglexError `code_invalid`, and those of a sign-in */
  async exchange(code: string, caller: Caller): Promise<SignedIn> {
    const data = await this.secrets.spend('oauth-session', fromToken(code));
    if (!data) throw codeInvalid();
    const { user, collection, provider } = data as { user: string; collection: string; provider: string };
    const account = await this.repository.findStored(collection, { _id: user });
    if (!account) throw codeInvalid();
    return this.signIns.complete(account, collection, { method: `oauth:${provider}`, caller });
  }
}

/** A person who is somebody else already. */
export const identityTaken = (): CoglexError =>
  new CoglexError('identity_conflict', { detail: 'The identity belongs to another account.' });
