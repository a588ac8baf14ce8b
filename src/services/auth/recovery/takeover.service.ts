import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
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
import { AddressVerification } from './address-verification.service.js';

/**
 * Gives an account to the owner of its address, when that is shown for the first time by signing in with a mailed
 * secret. Until then anybody may have made the account and left a password, a passkey, a second factor, a provider or a
 * session behind, to come back later: none of them stays. Off while `AUTH_MAIL_TAKEOVER` is not set, for an owner who
 * signed up with a password loses it as well.
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
    private readonly verification: AddressVerification,
    private readonly config: Config,
  ) {}

  /** @returns the account as it is now; unchanged when its address was confirmed before, or is another by now */
  async ofAddress(
    account: StoredAccount,
    { collection, address }: Pick<Required<MailedClaims>, 'collection' | 'address'>,
    caller: Caller,
  ): Promise<StoredAccount> {
    if (!this.concerns(account, address))
      return this.verification.confirm(account, { collection, address }, caller);
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

  /** Whether whoever reads mail to an address now is to have the account alone. */
  concerns(account: StoredAccount, address: string): boolean {
    return this.config.AUTH_MAIL_TAKEOVER && !account._verified && addressOf(account) === address;
  }

  /** Takes away passkeys and providers; the address is not confirmed before they are gone. */
  async forgetWays(collection: string, id: string): Promise<void> {
    await this.passkeys.remove({ id, collection });
    await this.identities.unlink(collection, id);
  }
}
