import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../platform/security/caller.js';
import { AccountEvents } from '../account-events.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import type { MailedClaims } from '../codes/mailed-secrets.service.js';
import { addressOf } from '../mail-address.js';

/** Remembers that the owner of an account has read mail to its address. */
@Injectable()
export class AddressVerification {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly events: AccountEvents,
  ) {}

  /** @returns the account as it is now; unchanged when the address has become another since */
  async confirm(
    account: StoredAccount,
    { collection, address }: Pick<Required<MailedClaims>, 'collection' | 'address'>,
    caller: Caller,
  ): Promise<StoredAccount> {
    if (account._verified || addressOf(account) !== address) return account;
    const unchanged =
      account._email === undefined ? { _email: { $exists: false } } : { _email: account._email };
    const update = { $set: { _verified: true } };
    const verified = await this.accounts.update(collection, { _id: account._id }, update, unchanged);
    if (!verified) return account;
    await this.events.tell(
      'user.email_verified',
      { id: account._id, key: account._key, collection },
      { caller },
    );
    return verified;
  }
}
