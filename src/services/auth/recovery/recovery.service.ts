import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Mailer } from '../../../platform/mail/mailer.service.js';
import type { Caller, SessionClaims } from '../../../platform/security/caller.js';
import { Passwords } from '../../../platform/security/passwords.service.js';
import { AccountEvents } from '../account-events.js';
import { toAccount, type Account } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import { Attempts } from '../abuse/attempts.service.js';
import { codeInvalid } from '../codes/codes.service.js';
import { addressChangedLetter, passwordChangedLetter, resetLetter, verifyLetter } from '../codes/letters.js';
import { MailedSecrets, type MailRequest } from '../codes/mailed-secrets.service.js';
import { fromToken } from '../codes/one-time-secrets.service.js';
import { addressOf } from '../mail-address.js';
import { Redirects } from '../redirects.service.js';
import { Sessions } from '../sessions/sessions.service.js';
import { AddressVerification } from './address-verification.service.js';
import { Takeover } from './takeover.service.js';

/** New passwords for those who forgot theirs, and addresses that are found to be their owner's. */
@Injectable()
export class Recovery {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly mailed: MailedSecrets,
    private readonly verification: AddressVerification,
    private readonly takeover: Takeover,
    private readonly attempts: Attempts,
    private readonly redirects: Redirects,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly events: AccountEvents,
    private readonly mailer: Mailer,
  ) {}

  /** Mails a link by which a new password is chosen. */
  async forgot(request: MailRequest, caller: Caller): Promise<void> {
    await this.mailed.send('reset', request, resetLetter);
    const { _key: key, collection } = request;
    await this.events.note('user.recovery_requested', { key, collection }, { caller });
  }

  /**
   * Sets a new password, and ends all sessions.
   *
   * @throws CoglexError `code_invalid`, `password_too_long`
   */
  async reset(token: string, password: string, caller: Caller): Promise<void> {
    // Before the token is spent: a password that is refused must not cost it.
    const hash = await this.passwords.hash(password);
    const found = await this.mailed.spend('reset', fromToken(token));
    if (!found) throw codeInvalid();
    const { collection, user: id, address } = found.claims;
    const isVerified = addressOf(found.account) === address;
    // Until now anybody may have made it: what else they left behind to sign in with goes as well.
    const isTakenOver = this.takeover.concerns(found.account, address);
    if (isTakenOver) await this.takeover.forgetWays(collection, id);
    const account = await this.accounts.update(
      collection,
      { _id: id },
      {
        $set: { _password: hash, _patched: new Date(), ...(isVerified ? { _verified: true } : {}) },
        ...(isTakenOver ? { $unset: { _totp: '', _recovery: '' } } : {}),
        $inc: { _generation: 1 },
      },
    );
    if (!account) throw codeInvalid();
    await this.sessions.endBefore({ id, collection }, account._generation ?? 0);
    await this.events.tell('user.password_changed', { id, key: account._key, collection }, { caller });
    await this.mailer.send(addressOf(account), passwordChangedLetter());
  }

  /** Mails a link by which the user confirms the present address. */
  async verify(user: SessionClaims, redirect: string | undefined): Promise<void> {
    if (redirect !== undefined) this.redirects.check(redirect);
    await this.attempts.reserveMail(`${user.collection}/${user.key}`);
    const account = await this.accounts.findStored(user.collection, { _id: user.id });
    const claims = { collection: user.collection, key: user.key, user: user.id, address: addressOf(account) };
    await this.mailed.sendTo('verify-email', claims, verifyLetter, redirect);
  }

  /** Mails a link to a new address, which becomes the account's when it is followed. */
  async changeAddress(user: SessionClaims, address: string, redirect: string | undefined): Promise<void> {
    if (redirect !== undefined) this.redirects.check(redirect);
    await this.attempts.reserveMail(`${user.collection}/${user.key}`);
    // Whose address it is already is told to nobody: then the mail goes nowhere.
    const isTaken = await this.isTaken(address, user);
    const claims = { collection: user.collection, key: user.key, user: user.id };
    const letter = { ...claims, ...(isTaken ? {} : { address }) };
    await this.mailed.sendTo('change-email', letter, verifyLetter, redirect);
  }

  /** @throws CoglexError `code_invalid`, `conflict` */
  async confirm(token: string, caller: Caller): Promise<Account> {
    const secret = fromToken(token);
    const verified = await this.mailed.spend('verify-email', secret);
    if (verified)
      return toAccount(await this.verification.confirm(verified.account, verified.claims, caller));
    const changed = await this.mailed.spend('change-email', secret);
    if (!changed) throw codeInvalid();
    const { collection, user: id, address } = changed.claims;
    const account = await this.setAddress(collection, id, address);
    const before = addressOf(changed.account);
    if (before !== address) await this.mailer.send(before, addressChangedLetter(address));
    await this.events.note('user.email_changed', { id, key: account._key, collection }, { caller });
    return account;
  }

  private async setAddress(collection: string, id: string, address: string): Promise<Account> {
    try {
      const changes = { $set: { _email: address, _verified: true, _patched: new Date() } };
      const account = await this.accounts.update(collection, { _id: id }, changes);
      if (!account) throw codeInvalid();
      return toAccount(account);
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === 11000)
        throw new CoglexError('conflict', {
          detail: 'The address belongs to another account.',
          cause: error,
        });
      throw error;
    }
  }

  private async isTaken(address: string, user: SessionClaims): Promise<boolean> {
    const holders = await this.accounts.findByAddress(user.collection, address);
    return holders.some(({ _id }) => _id !== user.id);
  }
}
