import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import { AccountEvents } from './account-events.js';
import type { StoredAccount } from './account.js';
import type { SignedIn, SignInMethod } from './sessions/session.js';
import { Sessions } from './sessions/sessions.service.js';

/** How an account's owner has shown who they are, and from where. */
export interface SignInProof {
  method: SignInMethod;
  caller?: Caller;
}

/** Where every way to sign in ends: what holds for all of them stands here. */
@Injectable()
export class SignIns {
  constructor(
    private readonly sessions: Sessions,
    private readonly events: AccountEvents,
  ) {}

  /** @throws CoglexError `account_frozen` */
  async complete(account: StoredAccount, collection: string, proof: SignInProof): Promise<SignedIn> {
    if (account._frozen)
      throw new CoglexError('account_frozen', { detail: 'An operator has frozen this account.' });
    const signedIn = await this.sessions.open(account, collection, proof);
    const { caller, method } = proof;
    const user = { id: account._id, key: account._key, collection };
    await this.events.tell('user.signed_in', user, { caller, detail: { method } });
    return signedIn;
  }
}
