import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Database } from '../database/database.service.js';
import { isFailure, type CurrentRun, type PastRun, type StoredJob } from './job.js';

const DUPLICATE_KEY = 11000;
const LONG_AGO = new Date(0);

/** What the runs of a job that is not exclusive add up to. */
export interface RunSums {
  runs: number;
  failures: number;
  streak: number;
  last: PastRun;
  succeeded?: Date;
}

/**
 * Jobs in the database that the instances share. It has the last word on who runs an exclusive job, by atomic updates,
 * whatever else told an instance to: nothing but the database need be believed.
 */
@Injectable()
export class JobStore {
  constructor(private readonly database: Database) {}

  /** Makes an exclusive job known; one whose schedule has changed is due by the new one. */
  async prepare(name: string, schedule: string, due: Date): Promise<void> {
    const inserted = { until: LONG_AGO, due, schedule };
    try {
      await this.jobs().updateOne({ _id: name }, { $setOnInsert: inserted }, { upsert: true });
    } catch (error) {
      // Another instance was faster.
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    }
    await this.jobs().updateOne({ _id: name, schedule: { $ne: schedule } }, { $set: { schedule, due } });
  }

  /**
   * Takes the lease of an exclusive job for a run.
   *
   * @param dueBy the job must be due by then; `undefined`: whenever
   * @returns the job as it was before; `undefined` when it is not to be had
   */
  async take(
    name: string,
    run: CurrentRun,
    leaseMs: number,
    dueBy: Date | undefined,
  ): Promise<StoredJob | undefined> {
    const now = new Date();
    const before = await this.jobs().findOneAndUpdate(
      { _id: name, until: { $lte: now }, ...(dueBy ? { due: { $lte: dueBy } } : {}) },
      { $set: { owner: run.id, until: new Date(now.getTime() + leaseMs), run }, $unset: { again: '' } },
      { returnDocument: 'before' },
    );
    return before ?? undefined;
  }

  /** @returns whether the lease was still that of the run */
  async renew(name: string, owner: string, leaseMs: number): Promise<boolean> {
    const until = new Date(Date.now() + leaseMs);
    const { matchedCount } = await this.jobs().updateOne({ _id: name, owner }, { $set: { until } });
    return matchedCount === 1;
  }

  /**
   * Gives the lease back.
   *
   * @returns whether the job was woken meanwhile, and is due at once
   */
  async release(name: string, last: PastRun, due: Date, streak: number): Promise<boolean> {
    const now = new Date();
    const before = await this.jobs().findOneAndUpdate(
      { _id: name, owner: last.id },
      {
        $set: {
          until: now,
          due,
          last,
          streak,
          ...(last.result === 'succeeded' ? { succeeded: last.ended } : {}),
        },
        $inc: { runs: 1, failures: isFailure(last.result) ? 1 : 0 },
        $unset: { owner: '', run: '' },
      },
      { returnDocument: 'before' },
    );
    if (!before?.again) return false;
    await this.jobs().updateOne({ _id: name, until: now }, { $min: { due: now }, $unset: { again: '' } });
    return true;
  }

  /** Notes a run that has never ended; it is found by the one that has the lease after it. */
  async lost(name: string, finder: CurrentRun, run: CurrentRun): Promise<void> {
    const last: PastRun = { ...run, ended: finder.started, result: 'lost' };
    const update = { $set: { last }, $inc: { runs: 1, failures: 1, streak: 1 } };
    await this.jobs().updateOne({ _id: name, owner: finder.id }, update);
  }

  /** Has the run under way followed by another. @returns whether there is one */
  async again(name: string): Promise<boolean> {
    const running = { _id: name, until: { $gt: new Date() } };
    const { matchedCount } = await this.jobs().updateOne(running, { $set: { again: true } });
    return matchedCount === 1;
  }

  find(name: string): Promise<StoredJob | null> {
    return this.jobs().findOne({ _id: name });
  }

  /** By their names. */
  async all(): Promise<Map<string, StoredJob>> {
    const stored = await this.jobs().find().toArray();
    return new Map(stored.map((job) => [job._id, job]));
  }

  /** Adds what runs on every instance. */
  async add(sums: ReadonlyMap<string, RunSums>): Promise<void> {
    if (sums.size === 0) return;
    const operations = [...sums].map(([name, { runs, failures, streak, last, succeeded }]) => ({
      updateOne: {
        filter: { _id: name },
        update: {
          $inc: { runs, failures },
          $set: { last, streak },
          ...(succeeded ? { $max: { succeeded } } : {}),
        },
        upsert: true,
      },
    }));
    await this.jobs().bulkWrite(operations, { ordered: false });
  }

  private jobs(): mongo.Collection<StoredJob> {
    return this.database.system<StoredJob>('_JOBS');
  }
}
