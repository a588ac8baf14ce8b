import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { databaseError } from '../../platform/database/database-errors.js';
import { Database } from '../../platform/database/database.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { toAccount, type Account, type StoredAccount } from './account.js';

/** Names one account, by its key, its `_id` or both: the key may have gone to somebody else since. */
export type AccountSelector = { _key: string; _id?: string } | { _key?: string; _id: string };

/** An update; the driver's type of one forbids numbers where an application may have any field. */
export type AccountUpdate = mongo.UpdateFilter<mongo.Document>;

/** What stays in the database even when a query asks for everything. */
const WITHOUT_SECRETS = { _password: 0 } as const;

const DUPLICATE_KEY = 11000;

/** User documents in the database. */
@Injectable()
export class AccountsRepository {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * Makes keys and addresses unique in a collection, or finds that they are. Nothing may be inserted before. It is asked for again
   * with every account, for a restored backup or another instance may have replaced the collection meanwhile; when
   * the index is there this is one round trip, shorter than hashing a password.
   */
  async ensureUniqueKeys(collection: string): Promise<void> {
    try {
      await this.collection(collection).createIndexes([
        { key: { _key: 1 }, unique: true },
        { key: { _email: 1 }, unique: true, sparse: true },
      ]);
    } catch (error) {
      const known = databaseError(error) ?? error;
      if (known instanceof CoglexError && known.code === 'database_unavailable') throw known;
      // Such as duplicates from an import: the operator's matter, and not to be mistaken for the caller's.
      throw new CoglexError('internal_error', { cause: error });
    }
  }

  /** Accounts that have an address as their key or for their mail; two at most. */
  async findByAddress(collection: string, address: string): Promise<StoredAccount[]> {
    return this.collection(collection)
      .find({ $or: [{ _key: address }, { _email: address }] }, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS })
      .limit(2)
      .toArray();
  }

  /** Accounts of one page, the newest first, and how many there are in all. */
  async page(
    collection: string,
    filter: mongo.Filter<StoredAccount>,
    { limit, skip }: { limit: number; skip: number },
  ): Promise<{ users: StoredAccount[]; total: number }> {
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    const accounts = this.collection(collection);
    const [users, total] = await Promise.all([
      accounts.find(filter, time).sort({ _id: -1 }).skip(skip).limit(limit).toArray(),
      accounts.countDocuments(filter, time),
    ]);
    return { users, total };
  }

  async delete(collection: string, _id: string): Promise<void> {
    await this.collection(collection).deleteOne({ _id }, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS });
  }

  /** @throws CoglexError `key_taken` */
  async insert(collection: string, account: StoredAccount): Promise<Account> {
    try {
      await this.collection(collection).insertOne(account);
    } catch (error) {
      if (isKeyTaken(error))
        throw new CoglexError('key_taken', {
          detail: 'There is an account with this key.',
          errors: [{ field: '/_key', message: 'must be unique' }],
          cause: error,
        });
      throw error;
    }
    // As the driver will read it: what stands for an int64 or a double on the way in has no JSON.
    return toAccount(mongo.BSON.deserialize(mongo.BSON.serialize(account)) as StoredAccount);
  }

  /** @param within what the account must match as well */
  async find(
    collection: string,
    selector: AccountSelector,
    within: mongo.Filter<StoredAccount> = {},
  ): Promise<Account | undefined> {
    const account = await this.collection(collection).findOne(
      { $and: [filterOf(selector), within] },
      { projection: WITHOUT_SECRETS, maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
    );
    return account ? toAccount(account) : undefined;
  }

  /** The account with its secrets; only for those who check them. */
  async findStored(
    collection: string,
    selector: AccountSelector,
    query: mongo.Filter<StoredAccount> = {},
  ): Promise<StoredAccount | undefined> {
    const account = await this.collection(collection).findOne(
      { $and: [filterOf(selector), query] },
      { maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
    );
    return account ?? undefined;
  }

  /**
   * @param query what the account must match as well, such as a secret that must not be spent twice
   * @returns the account as it is now, or `undefined` when there is none
   */
  async update(
    collection: string,
    selector: AccountSelector,
    update: AccountUpdate,
    query: mongo.Filter<StoredAccount> = {},
  ): Promise<StoredAccount | undefined> {
    const account = await this.collection(collection).findOneAndUpdate(
      { $and: [filterOf(selector), query] },
      update as mongo.UpdateFilter<StoredAccount>,
      { returnDocument: 'after', maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
    );
    return account ?? undefined;
  }

  private collection(name: string): mongo.Collection<StoredAccount> {
    return this.database.collection<StoredAccount>(name);
  }
}

function filterOf({ _key, _id }: AccountSelector): mongo.Filter<StoredAccount> {
  return { ...(_key === undefined ? {} : { _key }), ...(_id === undefined ? {} : { _id }) };
}

/** Whether it is the key that is taken: an operator may have made other fields unique as well. */
function isKeyTaken(error: unknown): boolean {
  if (!(error instanceof mongo.MongoServerError) || Number(error.code) !== DUPLICATE_KEY) return false;
  const fields = error.keyPattern as Record<string, unknown> | undefined;
  return fields === undefined || Object.hasOwn(fields, '_key');
}
