import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { expiresAt, Indexes } from '../../../platform/database/indexes.service.js';
import type { StoredSession } from './session.js';

/** The user whose sessions are meant. */
export interface SessionOwner {
  /** `_id` of the user. */
  id: string;
  collection: string;
}

/** Most sessions that one user has at once; the one that was unused for longest makes room. */
const MAX_SESSIONS = 100;

/** `_SESSIONS` of the current project. */
@Injectable()
export class SessionsRepository {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
  ) {}

  async insert(session: StoredSession): Promise<void> {
    const sessions = await this.collection();
    await sessions.insertOne(session);
  }

  async find(id: string): Promise<StoredSession | undefined> {
    const sessions = await this.collection();
    return (await sessions.findOne({ _id: id, expires: { $gt: new Date() } }, this.time)) ?? undefined;
  }

  /** Those that are not over, the last used first. */
  async list(owner: SessionOwner): Promise<StoredSession[]> {
    const sessions = await this.collection();
    return sessions
      .find({ ...ownedBy(owner), expires: { $gt: new Date() } }, this.time)
      .sort({ seen: -1 })
      .limit(MAX_SESSIONS)
      .toArray();
  }

  /** Those that are too many, the last used first. */
  async surplus(owner: SessionOwner): Promise<StoredSession[]> {
    const sessions = await this.collection();
    return sessions.find(ownedBy(owner), this.time).sort({ seen: -1 }).skip(MAX_SESSIONS).toArray();
  }

  /**
   * Counts a rotation, when it is the next one.
   *
   * @returns the session as it is now, or `undefined` when the rotation was another
   */
  async rotate(
    id: string,
    rotation: number,
    changes: Partial<StoredSession>,
  ): Promise<StoredSession | undefined> {
    const sessions = await this.collection();
    const session = await sessions.findOneAndUpdate(
      { _id: id, rotation, expires: { $gt: new Date() } },
      { $inc: { rotation: 1 }, $set: changes },
      { returnDocument: 'after', ...this.time },
    );
    return session ?? undefined;
  }

  /** @returns whether there was such a session */
  async elevate(id: string, elevated: Date): Promise<boolean> {
    const sessions = await this.collection();
    const { matchedCount } = await sessions.updateOne({ _id: id }, { $set: { elevated } }, this.time);
    return matchedCount === 1;
  }

  async delete(id: string): Promise<void> {
    const sessions = await this.collection();
    await sessions.deleteOne({ _id: id }, this.time);
  }

  /** Deletes the sessions of a user that are of an earlier generation. */
  async deleteBefore(owner: SessionOwner, generation: number): Promise<void> {
    const sessions = await this.collection();
    await sessions.deleteMany({ ...ownedBy(owner), generation: { $lt: generation } }, this.time);
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private collection(): Promise<mongo.Collection<StoredSession>> {
    return this.indexes.ensure(this.database.collection<StoredSession>('_SESSIONS'), [
      // Without `seen`: every refresh would change the index, and a user has few sessions.
      { key: { user: 1, collection: 1 } },
      expiresAt('expires'),
    ]);
  }
}

const ownedBy = ({ id, collection }: SessionOwner) => ({ user: id, collection });
