import { isEmail } from 'class-validator';
import type { StoredAccount } from './account.js';

/** Where an account gets its mail: its address, or its key where that is one. */
export function addressOf(account: StoredAccount | undefined): string | undefined {
  if (!account) return undefined;
  return account._email ?? (isEmail(account._key) ? account._key : undefined);
}
