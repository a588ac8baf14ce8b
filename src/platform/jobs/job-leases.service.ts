import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Database } from '../database/database.service.js';

interface StoredLease {
  /** Name of the job. */
  _id: string;
  owner: string;
  /** Until when the owner has it. */
  until: Date;
  /** When the job is due again. */
  due: Date;
}

const DUPLICATE_KEY = 11000;

/** Lets one instance of several run a job, by an atomic update in the database that they share. */
@Injectable()
export class JobLeases {
  private readonly owner = randomUUID();

  constructor(private readonly database: Database) {}

  /**
   * @param early whether the job may run before it is due
   * @returns whether this instance may run the job now
   */
  async take(name: string, leaseMs: number, early: boolean): Promise<boolean> {
    const now = new Date();
    try {
      const lease = await this.leases().findOneAndUpdate(
        { _id: name, until: { $lte: now }, ...(early ? {} : { due: { $lte: now } }) },
        {
          $set: { owner: this.owner, until: new Date(now.getTime() + leaseMs) },
          $setOnInsert: { due: now },
        },
        { upsert: true, returnDocument: 'after' },
      );
      return lease?.owner === this.owner;
    } catch (error) {
      // There is a lease, but it is not to be had: the upsert ran into it.
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  /** Gives the lease back; the job is due again after a while. */
  async release(name: string, dueInMs: number): Promise<void> {
    const now = new Date();
    await this.leases().updateOne(
      { _id: name, owner: this.owner },
      { $set: { until: now, due: new Date(now.getTime() + dueInMs) } },
    );
  }

  private leases(): mongo.Collection<StoredLease> {
    return this.database.system<StoredLease>('_JOBS');
  }
}
