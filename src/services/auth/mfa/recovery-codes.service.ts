import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SigningKeys } from '../../../platform/security/signing-keys.service.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository, type AccountUpdate } from '../accounts.repository.js';

const COUNT = 10;

/** Codes for those who have lost their authenticator: each is good once, and only keyed hashes are kept. */
@Injectable()
export class RecoveryCodes {
  constructor(
    private readonly keys: SigningKeys,
    private readonly accounts: AccountsRepository,
  ) {}

  /** New codes, and what is stored of them in `_recovery`. */
  make(user: string): { codes: string[]; hashes: string[] } {
    const codes = Array.from({ length: COUNT }, () => {
      const hex = randomBytes(8).toString('hex');
      return hex.replace(/(.{4})(?=.)/g, '$1-');
    });
    return { codes, hashes: codes.map((code) => this.hash(user, code)) };
  }

  /** @returns whether the code was good; it is not any more */
  async spend(account: StoredAccount, collection: string, code: string): Promise<boolean> {
    const hash = this.hash(account._id, code);
    // The driver's type knows of no array that an application could have.
    const update = { $pull: { _recovery: hash } } as unknown as AccountUpdate;
    const spent = await this.accounts.update(collection, { _id: account._id }, update, { _recovery: hash });
    return spent !== undefined;
  }

  private hash(user: string, code: string): string {
    const plain = code.toLowerCase().replace(/[^0-9a-f]/g, '');
    return createHmac('sha256', this.keys.derive('recovery-code'))
      .update(`${user}/${plain}`)
      .digest('base64url');
  }
}
