import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { AccountEvents } from '../account-events.js';
import { keyProblem } from '../account-key.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import { UserCollections } from '../collections/user-collections.service.js';
import { addressOf } from '../mail-address.js';
import { IdentitiesRepository } from './identities.repository.js';
import type { OAuthProfile } from './oauth-provider.js';

/** Finds the account of a person at a provider, or makes one. */
@Injectable()
export class OAuthAccounts {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly identities: IdentitiesRepository,
    private readonly collections: UserCollections,
    private readonly events: AccountEvents,
  ) {}

  /**
   * The account that is linked to the person; else the one that has the same address, if both the provider and this
   * server have found it to be theirs; else a new one.
   *
   * @throws CoglexError `identity_conflict` when an account has the address and never proved it: it may have been made
   * to wait for its owner
   */
  async of(profile: OAuthProfile, collection: string, caller: Caller): Promise<StoredAccount> {
    if (!(await this.collections.has(collection)))
      throw new CoglexError('not_found', { detail: 'There is no such collection of accounts.' });
    await this.accounts.ensureUniqueKeys(collection);
    const linked = await this.linked(profile, collection);
    if (linked) return linked;
    const same = profile.verified ? await this.withAddress(profile, collection) : undefined;
    const account = same ?? (await this.make(profile, collection, caller));
    const owner = await this.identities.link(collection, account._id, profile);
    const user = { id: account._id, key: account._key, collection };
    await this.events.note('user.identity_linked', user, { caller, detail: { provider: profile.provider } });
    return owner === account._id ? account : ((await this.linked(profile, collection)) ?? account);
  }

  private async linked(profile: OAuthProfile, collection: string): Promise<StoredAccount | undefined> {
    const identity = await this.identities.find(collection, profile);
    if (!identity) return undefined;
    const account = await this.accounts.findStored(collection, { _id: identity.user });
    if (!account) await this.identities.relink(collection, profile, identity.user);
    return account;
  }

  private async withAddress({ email }: OAuthProfile, collection: string): Promise<StoredAccount | undefined> {
    if (email === null) return undefined;
    const holders = await this.accounts.findByAddress(collection, email);
    const proven = holders.find((holder) => holder._verified && addressOf(holder) === email);
    if (!proven && holders.length > 0)
      throw new CoglexError('identity_conflict', {
        detail:
          'An account has this address and has not confirmed it. Sign in to it and link the provider, or choose a new password by mail.',
      });
    return proven;
  }

  private async make(profile: OAuthProfile, collection: string, caller: Caller): Promise<StoredAccount> {
    const { provider, identifier, email, name, verified } = profile;
    const key =
      verified && email !== null && keyProblem(email) === undefined ? email : `${provider}:${identifier}`;
    const stored = {
      _id: new mongo.ObjectId().toHexString(),
      _key: key,
      ...(verified ? { _verified: true } : {}),
      _inserted: new Date(),
      ...(name === null ? {} : { name }),
    };
    const made = await this.insert(collection, stored);
    await this.events.tell('user.created', { id: made._id, key: made._key, collection }, { caller });
    return made;
  }

  /** A key may have been taken by somebody who guessed it; then another will do, but never their account. */
  private async insert(collection: string, account: StoredAccount): Promise<StoredAccount> {
    try {
      await this.accounts.insert(collection, account);
      return account;
    } catch (error) {
      if (!(error instanceof CoglexError) || error.code !== 'key_taken') throw error;
      const other = { ...account, _key: `${account._key}:${randomBytes(6).toString('hex')}` };
      await this.accounts.insert(collection, other);
      return other;
    }
  }
}
