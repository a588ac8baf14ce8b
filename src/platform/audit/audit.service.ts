import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { expiresAt, Indexes } from '../database/indexes.service.js';
import type { Caller } from '../security/caller.js';

/** One line of the trail, in `_AUDIT` of its project. */
export interface AuditEntry {
  /** 24 hex digits. */
  _id: string;
  /** What happened, such as `user.signed_in`. */
  what: string;
  at: Date;
  /** `_id`, `_key` and collection of the user whom it concerns. */
  user?: string;
  key?: string;
  collection?: string;
  /** Id of the API key by which it happened. */
  api_key?: string;
  ip?: string;
  device?: string;
  /** Particulars; never a secret. */
  detail?: Record<string, unknown>;
  expires: Date;
}

/** The user whom an entry concerns. */
export interface AuditedUser {
  id?: string;
  key?: string;
  collection?: string;
}

/** What part of the trail is asked for. */
export interface AuditQuery {
  user?: string;
  what?: string;
  before?: Date;
  limit: number;
}

/** Keeps who did what, from where and when, for those who have to find out later. */
@Injectable()
export class Audit {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Audit.name);
  }

  /** Adds to the trail. It never fails: what could not be written stands in the log. */
  async record(
    what: string,
    { user, caller, detail }: { user?: AuditedUser; caller?: Caller; detail?: Record<string, unknown> } = {},
  ): Promise<void> {
    const at = new Date();
    const entry: AuditEntry = withoutGaps({
      _id: new mongo.ObjectId().toHexString(),
      what,
      at,
      user: user?.id,
      key: user?.key,
      collection: user?.collection,
      api_key: caller?.key?.id,
      ip: caller?.address,
      device: caller?.device,
      detail,
      expires: new Date(at.getTime() + this.config.AUDIT_RETENTION * 1000),
    });
    try {
      await (await this.trail()).insertOne(entry);
    } catch (error) {
      const { _id, expires: _, ...line } = entry;
      this.logger.error({ err: error, audit: line }, 'An entry of the audit trail could not be written');
    }
  }

  /** The newest entries first. */
  async find({ user, what, before, limit }: AuditQuery): Promise<AuditEntry[]> {
    const filter = withoutGaps({ user, what, at: before && { $lt: before } });
    return (await this.trail())
      .find(filter, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS })
      .sort({ at: -1, _id: -1 })
      .limit(limit)
      .toArray();
  }

  /** Leaves what happened, and takes out whom it concerned. */
  async forget(user: string): Promise<void> {
    const filter = { user };
    await (
      await this.trail()
    ).updateMany(filter, { $unset: { user: '', key: '', ip: '', device: '', detail: '' } });
  }

  private trail(): Promise<mongo.Collection<AuditEntry>> {
    return this.indexes.ensure(this.database.collection<AuditEntry>('_AUDIT'), [
      { key: { user: 1, at: -1 } },
      { key: { at: -1 } },
      expiresAt('expires'),
    ]);
  }
}

function withoutGaps<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}
