import { Choice, Duration, Integer } from '../setting.decorator.js';
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

  @Choice(['lax', 'strict', 'none'], {
    group: 'Accounts',
    about: '`SameSite` of the cookies; `none` is for pages of other sites and needs https.',
  })
  readonly AUTH_COOKIE_SAME_SITE: 'lax' | 'strict' | 'none' = 'lax';
}
