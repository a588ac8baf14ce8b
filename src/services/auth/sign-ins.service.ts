import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import { AccountEvents } from './account-events.js';
import type { StoredAccount } from './account.js';
import { OneTimeSecrets, tokenOf } from './codes/one-time-secrets.service.js';
import type { SignedIn, SignInMethod } from './sessions/session.js';
import { Sessions } from './sessions/sessions.service.js';

/** Life of a ticket for the second factor, in seconds. */
const TICKET_LIFETIME = 300;

/** How an account's owner has shown who they are, and from where. */
export interface SignInProof {
  method: SignInMethod;
  caller?: Caller;
  /** Whether a second factor was shown, or none is needed beside this. */
  strong?: boolean;
}

/** Where every way to sign in ends: what holds for all of them stands here. */
@Injectable()
export class SignIns {
  constructor(
    private readonly sessions: Sessions,
    private readonly secrets: OneTimeSecrets,
    private readonly events: AccountEvents,
  ) {}

  /** @throws CoglexError `account_frozen`, `mfa_required` with a ticket */
  async complete(account: StoredAccount, collection: string, proof: SignInProof): Promise<SignedIn> {
    if (account._frozen)
      throw new CoglexError('account_frozen', { detail: 'An operator has frozen this account.' });
    if (account._totp?.confirmed && !proof.strong)
      throw await this.mfaRequired(account, collection, proof.method);
    const signedIn = await this.sessions.open(account, collection, proof);
    const { caller, method } = proof;
    const user = { id: account._id, key: account._key, collection };
    await this.events.tell('user.signed_in', user, { caller, detail: { method } });
    return signedIn;
  }

  /** Whoever comes back with the ticket and a code has shown both. */
  private async mfaRequired(
    { _id: user, _key: key }: StoredAccount,
    collection: string,
    method: SignInMethod,
  ): Promise<CoglexError> {
    const data = { user, key, collection, method };
    const secret = await this.secrets.issue('mfa-ticket', data, { lifetime: TICKET_LIFETIME });
    return new CoglexError('mfa_required', {
      detail: 'Send the ticket with a code to POST /service/auth/v1/mfa/verify.',
      extensions: {
        ticket: tokenOf(secret),
        expires_in: TICKET_LIFETIME,
        methods: ['totp', 'recovery_code'],
      },
      headers: { 'WWW-Authenticate': 'Bearer realm="coglex"' },
    });
  }
}
