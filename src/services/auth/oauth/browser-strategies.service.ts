import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Type } from '@nestjs/common';
import { Strategy as FacebookStrategy } from 'passport-facebook';
import { Strategy as GoogleStrategy } from 'passport-google-oauth20';
import OAuth2Strategy from 'passport-oauth2';
import { ConfigChanges } from '../../../platform/config/config-changes.js';
import { Config } from '../../../platform/config/config.js';
import { BrowserStates } from './browser-states.service.js';
import { OAuthClient } from './oauth-client.service.js';
import type { OAuthProfile, OAuthProvider } from './oauth-provider.js';
import { OAUTH_CREDENTIALS, OAuthProviders } from './oauth-providers.service.js';

/** What we need of a strategy that its types do not show. */
interface Internals {
  _oauth2: { getOAuthAccessToken: unknown };
  userProfile: unknown;
}

type Done = (error: unknown, value?: unknown) => void;

/**
 * The passport strategies of the configured providers: passport-google-oauth20 and passport-facebook, and
 * passport-oauth2, on which those stand, for all others.
 *
 * They decide what is asked of a provider and in which order; what goes over the wire is {@link OAuthClient}'s, for
 * the `oauth` package throws out of the process when an answer is not what it expects.
 */
@Injectable()
export class BrowserStrategies {
  /** passport keeps its strategies for the whole process; applications in one process must not mix them up. */
  private readonly instance = randomUUID();
  private readonly made = new Map<string, Promise<string>>();

  constructor(
    private readonly providers: OAuthProviders,
    private readonly client: OAuthClient,
    private readonly states: BrowserStates,
    private readonly config: Config,
    changes: ConfigChanges,
  ) {
    // A strategy that is made again takes the place of the one before.
    changes.on(OAUTH_CREDENTIALS, () => this.made.clear());
  }

  /**
   * Name of a provider's strategy, which is there then.
   *
   * @throws CoglexError `not_found`, `service_unavailable`, `provider_failed`
   */
  nameOf(name: string): Promise<string> {
    const provider = this.providers.get(name);
    let making = this.made.get(name);
    if (!making) {
      making = this.make(provider);
      this.made.set(name, making);
      making.catch(() => this.made.delete(name));
    }
    return making;
  }

  private async make(provider: OAuthProvider): Promise<string> {
    const name = `${this.instance}:${provider.name}`;
    const addresses = await this.client.addresses(provider);
    const callbackURL = `${this.config.baseUrl}/service/auth/v1/oauth/${provider.name}/callback`;
    const options = {
      clientID: provider.clientId,
      clientSecret: provider.clientSecret,
      authorizationURL: addresses.authorization,
      tokenURL: addresses.token,
      callbackURL,
      scope: provider.scope.split(' '),
      scopeSeparator: ' ',
      store: this.states.storeOf(provider.name),
      pkce: true,
    };
    const { client } = this;
    const strategy = new (class extends PassportStrategy(strategyOf(provider), name) {
      validate(_token: string, _refresh: string, profile: OAuthProfile): OAuthProfile {
        return profile;
      }
    })(options) as unknown as Internals;
    strategy._oauth2.getOAuthAccessToken = (code: string, sent: Record<string, string>, done: Done) => {
      client
        .exchange(provider, code, callbackURL, sent.code_verifier)
        .then((token) => done(null, token), done);
    };
    strategy.userProfile = (token: string, done: Done) => {
      client.profile(provider, token).then((profile) => done(null, profile), done);
    };
    return name;
  }
}

function strategyOf({ name }: OAuthProvider): Type<object> {
  if (name === 'google') return GoogleStrategy;
  if (name === 'facebook') return FacebookStrategy;
  return OAuth2Strategy;
}
