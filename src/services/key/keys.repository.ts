import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import { Indexes } from '../../platform/database/indexes.service.js';
import { KEYS, type StoredKey } from '../../platform/security/keys/stored-key.js';
import { ProjectBelongings } from '../../platform/tenancy/project-belongings.service.js';

/** Keys in the database of the installation. */
@Injectable()
export class KeysRepository {
  private readonly time: { maxTimeMS: number };

  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    config: Config,
    belongings: ProjectBelongings,
  ) {
    belongings.add(KEYS);
    this.time = { maxTimeMS: config.MONGODB_MAX_TIME_MS };
  }

  async insert(key: StoredKey): Promise<void> {
    const keys = await this.indexes.ensure(this.collection(), [
      { key: { project: 1 } },
      { key: { origins: 1 } },
    ]);
    await keys.insertOne(key);
  }

  async find(id: string, project?: string): Promise<StoredKey | null> {
    return this.collection().findOne({ _id: id, ...of(project) }, this.time);
  }

  /** The oldest first. */
  async list(project: string | undefined, page: { skip: number; limit: number }): Promise<StoredKey[]> {
    return this.collection()
      .find(of(project), { ...this.time, ...page, sort: { _id: 1 } })
      .toArray();
  }

  async count(project: string): Promise<number> {
    return this.collection().countDocuments({ project }, this.time);
  }

  /** @returns whether it was this call that removed it */
  async remove({ _id, project }: StoredKey): Promise<boolean> {
    return (await this.collection().deleteOne({ _id, project }, this.time)).deletedCount > 0;
  }

  /** @returns the key as it is now; `null` when somebody else has changed or removed it meanwhile */
  async rotate(
    { _id, hash }: StoredKey,
    changes: Pick<StoredKey, 'hash' | 'retired' | 'rotated_at'>,
  ): Promise<StoredKey | null> {
    return this.collection().findOneAndUpdate(
      { _id, hash },
      { $set: changes },
      { ...this.time, returnDocument: 'after' },
    );
  }

  private collection(): mongo.Collection<StoredKey> {
    return this.database.system<StoredKey>(KEYS);
  }
}

const of = (project: string | undefined) => (project === undefined ? {} : { project });
