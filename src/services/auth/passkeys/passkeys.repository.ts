import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Indexes } from '../../../platform/database/indexes.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { SessionOwner } from '../sessions/sessions.repository.js';

/** A passkey, in `_PASSKEYS` of the project. */
export interface StoredPasskey {
  /** Id of the credential, base64url. */
  _id: string;
  /** `_id` of the user. */
  user: string;
  collection: string;
  /** base64url */
  publicKey: string;
  /** How often it has signed, as far as it counts. */
  counter: number;
  transports?: string[];
  name: string;
  _inserted: Date;
  used?: Date;
}

const DUPLICATE_KEY = 11000;

/** Passkeys of the current project. */
@Injectable()
export class PasskeysRepository {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
  ) {}

  async find(id: string): Promise<StoredPasskey | undefined> {
    return (await (await this.collection()).findOne({ _id: id }, this.time)) ?? undefined;
  }

  async of({ id, collection }: SessionOwner): Promise<StoredPasskey[]> {
    const passkeys = await this.collection();
    return passkeys.find({ user: id, collection }, this.time).sort({ _inserted: 1 }).limit(100).toArray();
  }

  /** @throws CoglexError `conflict` when the credential is known already */
  async insert(passkey: StoredPasskey): Promise<void> {
    try {
      await (await this.collection()).insertOne(passkey);
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY)
        throw new CoglexError('conflict', { detail: 'The passkey is known already.', cause: error });
      throw error;
    }
  }

  /** Counts a use. @returns whether the counter has grown, as that of a passkey that was not copied does */
  async use({ _id, counter: before }: StoredPasskey, counter: number): Promise<boolean> {
    const grows = counter === 0 && before === 0 ? 0 : { $lt: counter };
    const { matchedCount } = await (
      await this.collection()
    ).updateOne({ _id, counter: grows }, { $set: { counter, used: new Date() } }, this.time);
    return matchedCount === 1;
  }

  /** @returns how many there were; all of the user's without an id */
  async remove({ id: user, collection }: SessionOwner, _id?: string): Promise<number> {
    const filter = { user, collection, ...(_id === undefined ? {} : { _id }) };
    return (await (await this.collection()).deleteMany(filter, this.time)).deletedCount;
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private collection(): Promise<mongo.Collection<StoredPasskey>> {
    return this.indexes.ensure(this.database.collection<StoredPasskey>('_PASSKEYS'), [
      { key: { user: 1, collection: 1 } },
    ]);
  }
}
