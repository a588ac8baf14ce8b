import { isRedirect } from '../network-words.js';
import { Choice, Duration, Flag, Integer, List } from '../setting.decorator.js';
import { StorageSettings } from './storage.settings.js';

/** Accounts and sign-in. */
export class AccountsSettings extends StorageSettings {
  @Integer(4, 16, {
    group: 'Accounts',
    about: 'Cost of bcrypt, a power of two of rounds. Production refuses less than 12.',
  })
  readonly AUTH_BCRYPT_COST: number = 12;

  @Duration(5, 86_400, {
    group: 'Accounts',
    about: 'Life of an access token, in seconds or as `1h`; a session goes on by its refresh token.',
    shownDefault: '1h',
  })
  readonly AUTH_TOKEN_LIFETIME: number = 3600;

  @Integer(1, 1000, {
    group: 'Accounts',
    about:
      'Wrong attempts on one account from one address before each further one has to wait; ten times as many from all addresses.',
  })
  readonly AUTH_FREE_ATTEMPTS: number = 10;

  @Duration(60, 86_400, {
    group: 'Accounts',
    about: 'Life of a mailed code or link, in seconds or as `10m`.',
    shownDefault: '10m',
  })
  readonly AUTH_CODE_LIFETIME: number = 600;

  @Duration(86_400, 10 * 365 * 86_400, {
    group: 'Accounts',
    about: 'How long the audit trail is kept, in seconds or as `365d`.',
    shownDefault: '365d',
  })
  readonly AUDIT_RETENTION: number = 365 * 86_400;

  @List((word) => /^\S{32,}$/.test(word), 'hold secrets of at least 32 characters', {
    group: 'Accounts',
    about:
      'Earlier values of `SERVER_SECRET`, comma-separated: what they signed of the audit trail is then still verified.',
    secret: true,
    shownDefault: '',
  })
  readonly AUDIT_PREVIOUS_SECRETS: string[] = [];

  @List(isRedirect, 'hold http and https addresses without a fragment', {
    group: 'Accounts',
    about:
      'Addresses that browsers may be sent to after OAuth and by mailed links, comma-separated; an origin stands for all its pages. None by default.',
    shownDefault: '',
  })
  readonly OAUTH_REDIRECTS: string[] = [];

  @Choice(['lax', 'strict', 'none'], {
    group: 'Accounts',
    about: '`SameSite` of the cookies; `none` is for pages of other sites and needs https.',
  })
  readonly AUTH_COOKIE_SAME_SITE: 'lax' | 'strict' | 'none' = 'lax';

  @Flag({
    group: 'Accounts',
    about:
      'Whether the first sign-in by mail to an account whose address was never confirmed removes the passwords, passkeys and sessions from before.',
  })
  readonly AUTH_MAIL_TAKEOVER: boolean = false;
}
