import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { DIMENSIONS, NOTHING, type Amounts, type Hold, type Limit } from './limit.js';

/** Most limits in one list. */
export const MAX_LIMITS = 1000;

/** Limits of the current project, each in one document that is changed by atomic updates alone. */
@Injectable()
export class LimitsRepository {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  find(ids: string[]): Promise<Limit[]> {
    return this.limits()
      .find({ _id: { $in: ids } }, this.time)
      .toArray();
  }

  list(filter: mongo.Filter<Limit>): Promise<Limit[]> {
    return this.limits()
      .find(filter, { ...this.time, sort: { _id: 1 }, limit: MAX_LIMITS })
      .toArray();
  }

  /** Sets the amounts of a limit; those that are absent no longer count. What is used up stays. */
  async put({ _id, requests, tokens, cost, used, window, _inserted, ...named }: Limit): Promise<Limit> {
    const amounts = { requests, tokens, cost };
    const set = Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== undefined));
    const unset = DIMENSIONS.filter((name) => amounts[name] === undefined);
    const limit = await this.limits().findOneAndUpdate(
      { _id },
      {
        $set: { ...set, _patched: new Date() },
        ...(unset.length > 0 ? { $unset: Object.fromEntries(unset.map((name) => [name, ''])) } : {}),
        $setOnInsert: { ...named, used, window, _inserted },
      },
      { ...this.time, upsert: true, returnDocument: 'after' },
    );
    return limit as Limit;
  }

  async delete(_id: string): Promise<boolean> {
    const { deletedCount } = await this.limits().deleteOne({ _id }, this.time);
    return deletedCount > 0;
  }

  /** Begins a new window, if that has not been done. */
  async open(_id: string, window: string): Promise<void> {
    await this.limits().updateOne(
      { _id, window: { $ne: window } },
      { $set: { window, used: { ...NOTHING } } },
      this.time,
    );
  }

  /**
   * Takes what a call may use, if there is room for what it needs. Room and taking are one update, so that calls that
   * race cannot both find the last of it.
   *
   * @param want what is taken where there is room for it
   * @returns what was taken, or `undefined` when there is no room
   */
  async take(_id: string, window: string, need: Amounts, want: Amounts): Promise<Hold | undefined> {
    const before = await this.limits().findOneAndUpdate(
      {
        _id,
        window,
        $expr: { $and: DIMENSIONS.map((name) => ({ $gte: [room(name, need[name]), need[name]] })) },
      },
      [
        {
          $set: Object.fromEntries(
            DIMENSIONS.map((name) => [
              `used.${name}`,
              { $add: [`$used.${name}`, { $min: [want[name], room(name, want[name])] }] },
            ]),
          ),
        },
      ],
      { ...this.time, returnDocument: 'before' },
    );
    if (!before) return undefined;
    const held = Object.fromEntries(
      DIMENSIONS.map((name) => [name, Math.min(want[name], (before[name] ?? Infinity) - before.used[name])]),
    ) as unknown as Amounts;
    return { limit: _id, window, held };
  }

  /** Puts what a call used in the place of what it held. */
  async settle({ limit, window, held }: Hold, used: Amounts): Promise<void> {
    const change = Object.fromEntries(DIMENSIONS.map((name) => [`used.${name}`, used[name] - held[name]]));
    await this.limits().updateOne({ _id: limit, window }, { $inc: change }, this.time);
  }

  private get time() {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private limits(): mongo.Collection<Limit> {
    return this.database.collection<Limit>('_GENERATION_LIMITS');
  }
}

/** What is left of a limit; as much as one likes where it does not count something. */
const room = (name: keyof Amounts, unlimited: number) => ({
  $ifNull: [{ $subtract: [`$${name}`, `$used.${name}`] }, unlimited],
});
