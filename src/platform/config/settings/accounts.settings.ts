import { Integer } from '../setting.decorator.js';
import { StorageSettings } from './storage.settings.js';

/** Accounts and sign-in. */
export class AccountsSettings extends StorageSettings {
  @Integer(4, 16, {
    group: 'Accounts',
    about: 'Cost of bcrypt, a power of two of rounds. Production refuses less than 12.',
  })
  readonly AUTH_BCRYPT_COST: number = 12;
}
