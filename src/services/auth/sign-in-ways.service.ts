import { Injectable } from '@nestjs/common';
import { AccountsRepository } from './accounts.repository.js';
import { addressOf } from './mail-address.js';
import { PasskeysRepository } from './passkeys/passkeys.repository.js';
import type { SessionOwner } from './sessions/sessions.repository.js';

/** Knows by what else a user could sign in, before one way is taken away. */
@Injectable()
export class SignInWays {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly passkeys: PasskeysRepository,
  ) {}

  /** A password, a passkey, or an address that codes can be mailed to. */
  async besidesIdentities({ id, collection }: SessionOwner): Promise<boolean> {
    const account = await this.accounts.findStored(collection, { _id: id });
    if (account?._password !== undefined) return true;
    if (account?._verified && addressOf(account) !== undefined) return true;
    return (await this.passkeys.of({ id, collection })).length > 0;
  }
}
