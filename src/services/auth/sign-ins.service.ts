import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
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
  constructor(private readonly sessions: Sessions) {}

  /** @throws CoglexError `account_frozen` */
  async complete(account: StoredAccount, collection: string, proof: SignInProof): Promise<SignedIn> {
    if (account._frozen)
      throw new CoglexError('account_frozen', { detail: 'An operator has frozen this account.' });
    return this.sessions.open(account, collection, proof);
  }
}
