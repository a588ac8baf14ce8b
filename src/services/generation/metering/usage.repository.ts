import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Indexes } from '../indexes.service.js';
import type { UsageRow } from './usage-row.js';

const DUPLICATE_KEY = 11000;
/** Most rows in one report. */
export const MAX_ROWS = 10_000;

/** By what usage is added up. */
export const GROUPS = ['day', 'user', 'key', 'model'] as const;
export type Group = (typeof GROUPS)[number];

/** Sums of calls. */
export interface UsageSum extends Partial<Record<Group, string | null>> {
  requests: number;
  in: number;
  out: number;
  cached: number;
  cost: number;
}

/** The usage of the current project. */
@Injectable()
export class UsageRepository {
  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
  ) {}

  /** Stores a row, unless there is one for this call. @returns whether there was none */
  async insert(row: UsageRow): Promise<boolean> {
    this.indexes.ensure('_USAGE', { day: 1 });
    try {
      await this.rows().insertOne({ ...row }, this.time);
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && Number(error.code) === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  /** Adds up what counts, one row more than {@link MAX_ROWS} at most. */
  sum(filter: mongo.Filter<UsageRow>, groups: readonly Group[]): Promise<UsageSum[]> {
    const id = Object.fromEntries(groups.map((group) => [group, `$${group}`]));
    const shown = Object.fromEntries(groups.map((group) => [group, `$_id.${group}`]));
    return this.rows()
      .aggregate<UsageSum>(
        [
          { $match: { $and: [{ state: { $ne: 'failed' } }, filter] } },
          {
            $group: {
              _id: id,
              requests: { $sum: 1 },
              in: { $sum: '$in' },
              out: { $sum: '$out' },
              cached: { $sum: '$cached' },
              cost: { $sum: '$cost' },
            },
          },
          { $sort: { _id: 1 } },
          { $limit: MAX_ROWS + 1 },
          { $project: { _id: 0, ...shown, requests: 1, in: 1, out: 1, cached: 1, cost: 1 } },
        ],
        { ...this.time, batchSize: MAX_ROWS + 2 },
      )
      .toArray();
  }

  private get time() {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private rows(): mongo.Collection<UsageRow> {
    return this.database.collection<UsageRow>('_USAGE');
  }
}
