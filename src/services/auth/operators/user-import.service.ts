import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { AccountEvents } from '../account-events.js';
import { AccountRequests } from '../account-requests.service.js';
import { keyProblem } from '../account-key.js';
import type { StoredAccount } from '../account.js';
import { AccountsRepository } from '../accounts.repository.js';
import { UserCollections } from '../collections/user-collections.service.js';
import type { ImportUserDto } from './dto/users.dto.js';

const BCRYPT_HASH = /^\$2[aby]\$(0[4-9]|1\d)\$[./A-Za-z0-9]{53}$/;

/** What became of an import. */
export interface ImportResult {
  imported: number;
  /** Those that were left out, by their place in the list. */
  skipped: { index: number; _key: string; reason: string }[];
}

/** Takes accounts over from another system, with the hashes of their passwords. */
@Injectable()
export class UserImport {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly collections: UserCollections,
    private readonly requests: AccountRequests,
    private readonly events: AccountEvents,
    private readonly config: Config,
  ) {}

  /** Accounts that are there already are left alone, so that an import can be repeated. */
  async import(
    users: ImportUserDto[],
    collection = this.config.MONGODB_AUTH_COLLECTION,
    caller?: Caller,
  ): Promise<ImportResult> {
    if (collection.startsWith('_') && !(await this.collections.has(collection)))
      throw new CoglexError('not_found', { detail: 'There is no such collection of accounts.' });
    await this.collections.open(collection);
    await this.accounts.ensureUniqueKeys(collection);
    const result: ImportResult = { imported: 0, skipped: [] };
    for (const [index, user] of users.entries()) {
      const reason = await this.take(user, collection);
      if (reason === undefined) result.imported += 1;
      else result.skipped.push({ index, _key: user._key, reason });
    }
    const detail = { imported: result.imported, skipped: result.skipped.length };
    await this.events.note('user.imported', { collection }, { caller, detail });
    return result;
  }

  /** @returns why it was not taken */
  private async take(user: ImportUserDto, collection: string): Promise<string | undefined> {
    const problem = keyProblem(user._key);
    if (problem !== undefined) return `_key ${problem}`;
    if (user._password !== undefined && !BCRYPT_HASH.test(user._password))
      return '_password must be a bcrypt hash';
    try {
      const account: StoredAccount = {
        _id: new mongo.ObjectId().toHexString(),
        _key: user._key,
        ...(user._password === undefined ? {} : { _password: user._password }),
        ...(user._verified === undefined ? {} : { _verified: user._verified }),
        _inserted: new Date(),
        ...this.requests.fields(user.document ?? {}),
      };
      await this.accounts.insert(collection, account);
      return undefined;
    } catch (error) {
      if (error instanceof CoglexError && error.status < 500) return error.detail;
      throw error;
    }
  }
}
