import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { databaseError } from '../../platform/database/database-errors.js';
import { Database } from '../../platform/database/database.service.js';
import { FieldEncryption } from '../../platform/encryption/field-encryption.service.js';
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
    private readonly encryption: FieldEncryption,
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
    const found = await this.collection(collection)
      .find({ $or: [{ _key: address }, { _email: address }] }, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS })
      .limit(2)
      .toArray();
    const encryption = await this.encryption.of(collection);
    return encryption ? found.map((account) => encryption.open(account)) : found;
  }

  /** Accounts of one page, the newest first, and how many there are in all. */
  async page(
    collection: string,
    filter: mongo.Filter<StoredAccount>,
    { limit, skip }: { limit: number; skip: number },
  ): Promise<{ users: StoredAccount[]; total: number }> {
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    const accounts = this.collection(collection);
    const encryption = await this.encryption.of(collection);
    const stored = encryption?.filter(filter) ?? filter;
    const [users, total] = await Promise.all([
      accounts.find(stored, time).sort({ _id: -1 }).skip(skip).limit(limit).toArray(),
      accounts.countDocuments(stored, time),
    ]);
    return { users: encryption ? users.map((account) => encryption.open(account)) : users, total };
  }

  async delete(collection: string, _id: string): Promise<void> {
    await this.collection(collection).deleteOne({ _id }, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS });
  }

  /** @throws CoglexError `key_taken` */
  async insert(collection: string, account: StoredAccount): Promise<Account> {
    const encryption = await this.encryption.toWrite(collection);
    try {
      await this.collection(collection).insertOne(encryption?.seal(account) ?? account);
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
    const account = await this.findOne(collection, selector, within, { projection: WITHOUT_SECRETS });
    return account ? toAccount(account) : undefined;
  }

  /** The account with its secrets; only for those who check them. */
  async findStored(
    collection: string,
    selector: AccountSelector,
    query: mongo.Filter<StoredAccount> = {},
  ): Promise<StoredAccount | undefined> {
    return this.findOne(collection, selector, query);
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
    const encryption = await this.encryption.toWrite(collection);
    const asked: mongo.Filter<StoredAccount> = { $and: [filterOf(selector), query] };
    const filter = encryption?.filter(asked) ?? asked;
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    let stored = { filter, update };
    if (encryption?.setsFields(update)) {
      // An encrypted value belongs to one document, which has to be known first.
      const found = await this.collection(collection).findOne(filter, { ...time, projection: { _id: 1 } });
      if (!found) return undefined;
      stored = {
        filter: { $and: [filter, { _id: found._id }] },
        update: encryption.update(update, found._id),
      };
    }
    const account = await this.collection(collection).findOneAndUpdate(
      stored.filter,
      stored.update as mongo.UpdateFilter<StoredAccount>,
      { ...time, returnDocument: 'after' },
    );
    return account ? (encryption?.open(account) ?? account) : undefined;
  }

  private async findOne(
    collection: string,
    selector: AccountSelector,
    within: mongo.Filter<StoredAccount>,
    options: mongo.FindOptions = {},
  ): Promise<StoredAccount | undefined> {
    const encryption = await this.encryption.of(collection);
    const asked: mongo.Filter<StoredAccount> = { $and: [filterOf(selector), within] };
    const account = await this.collection(collection).findOne(encryption?.filter(asked) ?? asked, {
      ...options,
      maxTimeMS: this.config.MONGODB_MAX_TIME_MS,
    });
    return account ? (encryption?.open(account) ?? account) : undefined;
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
