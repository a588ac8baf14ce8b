import { Injectable } from '@nestjs/common';
import { Mailer } from '../../../platform/mail/mailer.service.js';
import type { Caller } from '../../../platform/security/caller.js';
import { AccountEvents } from '../account-events.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import { passwordRemovedLetter } from '../codes/letters.js';
import type { MailedClaims } from '../codes/mailed-secrets.service.js';
import { addressOf } from '../mail-address.js';
import { IdentitiesRepository } from '../oauth/identities.repository.js';
import { PasskeysRepository } from '../passkeys/passkeys.repository.js';
import { Sessions } from '../sessions/sessions.service.js';

/**
 * Gives an account to the owner of its address, when that is shown for the first time by signing in with a mailed
 * secret. Until then anybody may have made the account and left a password, a passkey, a second factor, a provider or a
 * session behind, to come back later: none of them stays.
 */
@Injectable()
export class Takeover {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly passkeys: PasskeysRepository,
    private readonly identities: IdentitiesRepository,
    private readonly sessions: Sessions,
    private readonly events: AccountEvents,
    private readonly mailer: Mailer,
  ) {}

  /** @returns the account as it is now; unchanged when its address was confirmed before, or is another by now */
  async ofAddress(
    account: StoredAccount,
    { collection, address }: Pick<Required<MailedClaims>, 'collection' | 'address'>,
    caller: Caller,
  ): Promise<StoredAccount> {
    if (account._verified || addressOf(account) !== address) return account;
    const { _id: id, _key: key } = account;
    await this.forgetWays(collection, id);
    const taken = await this.accounts.update(
      collection,
      { _id: id },
      {
        $set: { _verified: true, _patched: new Date() },
        $unset: { _password: '', _totp: '', _recovery: '' },
        $inc: { _generation: 1 },
      },
      {
        _verified: { $ne: true },
        ...(account._email === undefined ? { _email: { $exists: false } } : { _email: account._email }),
      },
    );
    // Somebody else who reads this mail was faster.
    if (!taken) return (await this.accounts.findStored(collection, { _id: id })) ?? account;
    await this.sessions.endBefore({ id, collection }, taken._generation ?? 0);
    const removed = account._password !== undefined;
    await this.events.tell('user.email_verified', { id, key, collection }, { caller, detail: { removed } });
    if (removed) await this.mailer.send(address, passwordRemovedLetter());
    return taken;
  }

  /** Takes away passkeys and providers; the address is not confirmed before they are gone. */
  async forgetWays(collection: string, id: string): Promise<void> {
    await this.passkeys.remove({ id, collection });
    await this.identities.unlink(collection, id);
  }
}
