import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { expiresAt, Indexes } from '../../../platform/database/indexes.service.js';
import { MOST_COUNTED } from '../../../platform/metrics/queue-metrics.service.js';
import { LeasedQueue, QUEUE_INDEX } from '../../../platform/jobs/leased-queue.js';
import { ProjectBelongings } from '../../../platform/tenancy/project-belongings.service.js';
import type { StoredDelivery, Try } from './delivery.js';

const DELIVERIES = '_WEBHOOK_DELIVERIES';

/** How long a dead worker holds a message up, in milliseconds; longer than any try may take. */
const LEASE_MS = 15_000;

/** Tries that the log keeps of each message. */
const MAX_TRIES = 50;

const DUPLICATE_KEY = 11000;

/** Which deliveries a list holds. */
export interface DeliveryFilter {
  endpoint?: string;
  state?: StoredDelivery['state'];
  type?: string;
  message?: string;
}

/** Messages on their way, of all projects: the outbox. */
@Injectable()
export class Deliveries {
  private readonly queue = new LeasedQueue(() => this.deliveries(), LEASE_MS);

  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
    belongings: ProjectBelongings,
  ) {
    belongings.add(DELIVERIES);
  }

  /** Puts messages in; one that is there already is not put in again. */
  async add(deliveries: StoredDelivery[]): Promise<void> {
    try {
      await (await this.deliveries()).insertMany(deliveries, { ordered: false });
    } catch (error) {
      const isRepeat =
        error instanceof mongo.MongoBulkWriteError &&
        [error.writeErrors].flat().every(({ code }) => code === DUPLICATE_KEY);
      if (!isRepeat) throw error;
    }
  }

  /** How many messages have not arrived yet, of all projects. */
  async waiting(): Promise<number> {
    return (await this.deliveries()).countDocuments(
      { state: 'pending' },
      { limit: MOST_COUNTED, maxTimeMS: 1000 },
    );
  }

  /** @param busy endpoints that have enough to do */
  take(busy: string[]): Promise<StoredDelivery | undefined> {
    return this.queue.take(busy.length === 0 ? {} : { endpoint: { $nin: busy } });
  }

  /** The one before in the order of its key, when it has not arrived. */
  async before({ endpoint, key, seq }: StoredDelivery): Promise<StoredDelivery | undefined> {
    const found = await (
      await this.deliveries()
    ).findOne({ endpoint, key, state: 'pending', seq: { $lt: seq } }, { sort: { seq: 1 } });
    return found ?? undefined;
  }

  /** Makes the next in the order of its key due, now that this one is out of the way. */
  async hurryNext({ endpoint, key, seq }: StoredDelivery): Promise<void> {
    await (
      await this.deliveries()
    ).findOneAndUpdate(
      // One that is being sent must not be taken by a second worker.
      { endpoint, key, state: 'pending', seq: { $gt: seq }, owner: { $exists: false } },
      { $set: { due: new Date() } },
      { sort: { seq: 1 } },
    );
  }

  /** Puts a message back untried. */
  async putBack(delivery: StoredDelivery, due: Date): Promise<void> {
    await this.queue.release(delivery, { due });
  }

  async delivered(delivery: StoredDelivery, done: Try): Promise<void> {
    await this.end(delivery, 'delivered', done);
  }

  async dead(delivery: StoredDelivery, last: Try): Promise<void> {
    await this.end(delivery, 'dead', last);
  }

  async retry(delivery: StoredDelivery, failed: Try, due: Date): Promise<void> {
    await this.queue.release(delivery, { due, sent: delivery.sent + 1 }, logged(failed));
  }

  async find(id: string, project: string): Promise<StoredDelivery | undefined> {
    return (await (await this.deliveries()).findOne({ _id: id, project })) ?? undefined;
  }

  /** The latest deliveries of a project, without their bodies. */
  async list(
    project: string,
    { limit, skip = 0, ...filter }: DeliveryFilter & { limit: number; skip?: number },
  ): Promise<StoredDelivery[]> {
    const said = Object.entries(filter).filter(([, value]) => value !== undefined);
    return (await this.deliveries())
      .find(
        { project, ...Object.fromEntries(said) },
        { projection: { body: 0 }, maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
      )
      .sort({ created: -1 })
      .skip(skip)
      .limit(limit)
      .toArray();
  }

  /** Begins a new round for messages. @returns how many */
  async replay(filter: mongo.Filter<StoredDelivery>): Promise<number> {
    const now = new Date();
    const { matchedCount } = await (
      await this.deliveries()
    ).updateMany(filter, {
      $set: { state: 'pending', due: now, since: now, sent: 0, attempts: 0 },
      $unset: { expires: '', owner: '' },
    });
    return matchedCount;
  }

  async deleteOf(endpoint: string): Promise<void> {
    await (await this.deliveries()).deleteMany({ endpoint });
  }

  /** When a message that is over goes away. */
  get expiry(): Date {
    return new Date(Date.now() + this.config.WEBHOOK_RETENTION * 1000);
  }

  private async end(delivery: StoredDelivery, state: 'delivered' | 'dead', last: Try): Promise<void> {
    const set = { state, sent: delivery.sent + 1, expires: this.expiry };
    await this.queue.release(delivery, set, logged(last));
  }

  private deliveries(): Promise<mongo.Collection<StoredDelivery>> {
    return this.indexes.ensure(this.database.system<StoredDelivery>(DELIVERIES), [
      QUEUE_INDEX,
      { key: { project: 1, created: -1 } },
      { key: { endpoint: 1, key: 1, seq: 1 } },
      expiresAt('expires'),
    ]);
  }
}

const logged = (entry: Try): mongo.UpdateFilter<StoredDelivery> => ({
  $push: { tries: { $each: [entry], $slice: -MAX_TRIES } },
});
