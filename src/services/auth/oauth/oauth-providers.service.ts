import { Injectable } from '@nestjs/common';
import { ConfigChanges, type SettingName } from '../../../platform/config/config-changes.js';
import { Config } from '../../../platform/config/config.js';
import { readProviders } from '../../../platform/config/oauth-providers.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { ModuleRegistry } from '../../../platform/modules/module-registry.service.js';
import type { OAuthProvider } from './oauth-provider.js';

const OPENID = 'openid email profile';

/** A provider but for the credentials, and the settings that hold those. */
type Preset = Omit<OAuthProvider, 'clientId' | 'clientSecret'> & {
  id: 'GOOGLE_CLIENT_ID' | 'FACEBOOK_CLIENT_ID' | 'GITHUB_CLIENT_ID' | 'MICROSOFT_CLIENT_ID';
  secret:
    'GOOGLE_CLIENT_SECRET' | 'FACEBOOK_CLIENT_SECRET' | 'GITHUB_CLIENT_SECRET' | 'MICROSOFT_CLIENT_SECRET';
};

/** Settings that hold credentials: a provider is made anew when one of them changes. */
export const OAUTH_CREDENTIALS: readonly SettingName[] = [
  ...['GOOGLE', 'FACEBOOK', 'GITHUB', 'MICROSOFT'].flatMap(
    (name) => [`${name}_CLIENT_ID`, `${name}_CLIENT_SECRET`] as SettingName[],
  ),
  'OAUTH_PROVIDERS',
];

/** Knows which providers there are, and which of them are configured. */
@Injectable()
export class OAuthProviders {
  private readonly presets: Preset[];
  private configured: ReadonlyMap<string, OAuthProvider>;

  constructor(
    private readonly config: Config,
    modules: ModuleRegistry,
    changes: ConfigChanges,
  ) {
    modules.register({
      key: 'oauth',
      title: 'Sign-in by other providers',
      probe: () => Promise.resolve(this.configured.size > 0 ? 'healthy' : 'not_configured'),
    });
    this.presets = presetsOf(config);
    this.configured = this.read();
    changes.on(OAUTH_CREDENTIALS, () => void (this.configured = this.read()));
  }

  all(): OAuthProvider[] {
    return [...this.configured.values()];
  }

  /** @throws CoglexError `not_found`, or `service_unavailable` naming the setting that is missing */
  get(name: string): OAuthProvider {
    const provider = this.configured.get(name);
    if (provider) return provider;
    const preset = this.presets.find((one) => one.name === name);
    if (!preset) throw new CoglexError('not_found', { detail: 'There is no such provider.' });
    const missing = this.config[preset.id] === undefined ? preset.id : preset.secret;
    throw new CoglexError('service_unavailable', {
      detail: `The provider is not configured: set ${missing}.`,
    });
  }

  private read(): Map<string, OAuthProvider> {
    const configured = new Map<string, OAuthProvider>();
    for (const { id, secret, ...preset } of this.presets) {
      const { [id]: clientId, [secret]: clientSecret } = this.config;
      if (clientId !== undefined && clientSecret !== undefined)
        configured.set(preset.name, { ...preset, clientId, clientSecret });
    }
    for (const entry of readProviders(this.config.OAUTH_PROVIDERS ?? '[]'))
      configured.set(entry.name, {
        name: entry.name,
        clientId: entry.client_id,
        clientSecret: entry.client_secret,
        scope: entry.scope ?? OPENID,
        addresses:
          entry.issuer === undefined
            ? {
                authorization: entry.authorization_url ?? '',
                token: entry.token_url ?? '',
                userinfo: entry.userinfo_url ?? '',
              }
            : { issuer: entry.issuer },
        vouches: true,
      });
    return configured;
  }
}

function presetsOf(config: Config): Preset[] {
  return [
    {
      name: 'google',
      id: 'GOOGLE_CLIENT_ID',
      secret: 'GOOGLE_CLIENT_SECRET',
      scope: OPENID,
      addresses: {
        authorization: config.GOOGLE_AUTHORIZATION_URL,
        token: config.GOOGLE_TOKEN_URL,
        userinfo: config.GOOGLE_USERINFO_URL,
      },
      vouches: true,
    },
    {
      name: 'facebook',
      id: 'FACEBOOK_CLIENT_ID',
      secret: 'FACEBOOK_CLIENT_SECRET',
      scope: 'email public_profile',
      addresses: {
        authorization: config.FACEBOOK_AUTHORIZATION_URL,
        token: config.FACEBOOK_TOKEN_URL,
        userinfo: config.FACEBOOK_USERINFO_URL,
      },
      userinfoQuery: { fields: 'id,name,email' },
      // Facebook does not say whether it has verified an address.
      vouches: false,
    },
    {
      name: 'github',
      id: 'GITHUB_CLIENT_ID',
      secret: 'GITHUB_CLIENT_SECRET',
      scope: 'read:user user:email',
      addresses: {
        authorization: 'https://github.com/login/oauth/authorize',
        token: 'https://github.com/login/oauth/access_token',
        userinfo: 'https://api.github.com/user',
      },
      emails: 'https://api.github.com/user/emails',
      vouches: true,
    },
    {
      name: 'microsoft',
      id: 'MICROSOFT_CLIENT_ID',
      secret: 'MICROSOFT_CLIENT_SECRET',
      scope: OPENID,
      addresses: {
        authorization: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
        token: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
        userinfo: 'https://graph.microsoft.com/oidc/userinfo',
      },
      // Whoever runs a tenant can give its users any address.
      vouches: false,
    },
  ];
}
