import { Injectable } from '@nestjs/common';
import type { StoredAccount } from '../account.js';
import { RecoveryCodes } from './recovery-codes.service.js';
import { Totp } from './totp.service.js';

/** What is shown beside the password: a code of the authenticator, or a recovery code. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly totp: Totp,
    private readonly recoveryCodes: RecoveryCodes,
  ) {}

  /** @returns whether the code was good; it is not any more */
  async spend(account: StoredAccount, collection: string, code: string): Promise<boolean> {
    if (account._totp?.confirmed !== true) return false;
    if (/^\d{6}$/.test(code)) return (await this.totp.spend(account, collection, code)) !== undefined;
    return this.recoveryCodes.spend(account, collection, code);
  }
}
