import { Duration, HttpUrl, Text } from '../setting.decorator.js';
import { AccountsSettings } from './accounts.settings.js';

const id = (name: string) => ({
  group: 'OAuth',
  about: `Client id at ${name}.`,
  live: true,
  optional: true,
});
const secret = (name: string) => ({
  group: 'OAuth',
  about: `Client secret at ${name}.`,
  secret: true,
  live: true,
  optional: true,
});
const address = (what: string) => ({ group: 'OAuth', about: `${what}; names a stand-in or a proxy.` });

/** Sign-in by others. */
export class OAuthSettings extends AccountsSettings {
  @Text(id('Google'))
  readonly GOOGLE_CLIENT_ID?: string;

  @Text(secret('Google'))
  readonly GOOGLE_CLIENT_SECRET?: string;

  @HttpUrl(address('Where Google asks its users'))
  readonly GOOGLE_AUTHORIZATION_URL: string = 'https://accounts.google.com/o/oauth2/v2/auth';

  @HttpUrl(address('Where Google gives tokens'))
  readonly GOOGLE_TOKEN_URL: string = 'https://oauth2.googleapis.com/token';

  @HttpUrl(address('Where Google tells who somebody is'))
  readonly GOOGLE_USERINFO_URL: string = 'https://openidconnect.googleapis.com/v1/userinfo';

  @Text(id('Facebook'))
  readonly FACEBOOK_CLIENT_ID?: string;

  @Text(secret('Facebook'))
  readonly FACEBOOK_CLIENT_SECRET?: string;

  @HttpUrl(address('Where Facebook asks its users'))
  readonly FACEBOOK_AUTHORIZATION_URL: string = 'https://www.facebook.com/v21.0/dialog/oauth';

  @HttpUrl(address('Where Facebook gives tokens'))
  readonly FACEBOOK_TOKEN_URL: string = 'https://graph.facebook.com/v21.0/oauth/access_token';

  @HttpUrl(address('Where Facebook tells who somebody is'))
  readonly FACEBOOK_USERINFO_URL: string = 'https://graph.facebook.com/v21.0/me';

  @Text(id('GitHub'))
  readonly GITHUB_CLIENT_ID?: string;

  @Text(secret('GitHub'))
  readonly GITHUB_CLIENT_SECRET?: string;

  @Text(id('Microsoft'))
  readonly MICROSOFT_CLIENT_ID?: string;

  @Text(secret('Microsoft'))
  readonly MICROSOFT_CLIENT_SECRET?: string;

  @Text({
    group: 'OAuth',
    about:
      'Further providers as JSON: a list of `{name, client_id, client_secret, issuer}`, or with `authorization_url`, `token_url` and `userinfo_url` instead of the issuer.',
    secret: true,
    live: true,
    optional: true,
  })
  readonly OAUTH_PROVIDERS?: string;

  @Duration(1, 30, {
    group: 'OAuth',
    about: 'Longest wait for an answer of a provider, in seconds.',
    shownDefault: '5s',
  })
  readonly OAUTH_TIMEOUT: number = 5;
}
