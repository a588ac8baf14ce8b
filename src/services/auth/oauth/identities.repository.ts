import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Indexes } from '../../../platform/database/indexes.service.js';
import type { OAuthProfile } from './oauth-provider.js';

/** That a person at a provider is a user here, in `_IDENTITIES` of the project. */
export interface StoredIdentity {
  /** Collection, provider and identifier: it is there once. */
  _id: string;
  /** `_id` of the user. */
  user: string;
  collection: string;
  provider: string;
  identifier: string;
  email: string | null;
  _inserted: Date;
}

const DUPLICATE_KEY = 11000;

const idOf = (collection: string, { provider, identifier }: Pick<OAuthProfile, 'provider' | 'identifier'>) =>
  JSON.stringify([collection, provider, identifier]);

/** Which people at providers are which users. */
@Injectable()
export class IdentitiesRepository {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
  ) {}

  async find(collection: string, profile: OAuthProfile): Promise<StoredIdentity | undefined> {
    const identities = await this.collection();
    return (await identities.findOne({ _id: idOf(collection, profile) }, this.time)) ?? undefined;
  }

  async of(collection: string, user: string): Promise<StoredIdentity[]> {
    const identities = await this.collection();
    return identities.find({ user, collection }, this.time).sort({ _inserted: 1 }).limit(100).toArray();
  }

  /** @returns whose it is now: another's, when that was faster */
  async link(collection: string, user: string, profile: OAuthProfile): Promise<string> {
    const { provider, identifier, email } = profile;
    const identities = await this.collection();
    const _id = idOf(collection, profile);
    try {
      await identities.insertOne({
        _id,
        user,
        collection,
        provider,
        identifier,
        email,
        _inserted: new Date(),
      });
      return user;
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      return (await identities.findOne({ _id }, this.time))?.user ?? user;
    }
  }

  /** Takes over an identity whose account is gone. */
  async relink(collection: string, profile: OAuthProfile, from: string): Promise<void> {
    await (await this.collection()).deleteOne({ _id: idOf(collection, profile), user: from }, this.time);
  }

  /** @returns how many there were */
  async unlink(collection: string, user: string, provider?: string): Promise<number> {
    const identities = await this.collection();
    const filter = { user, collection, ...(provider === undefined ? {} : { provider }) };
    return (await identities.deleteMany(filter, this.time)).deletedCount;
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private collection(): Promise<mongo.Collection<StoredIdentity>> {
    return this.indexes.ensure(this.database.collection<StoredIdentity>('_IDENTITIES'), [
      { key: { user: 1, collection: 1 } },
    ]);
  }
}
