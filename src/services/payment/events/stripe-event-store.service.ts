import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { expiresAt, Indexes } from '../../../platform/database/indexes.service.js';
import { withJitter } from '../../../platform/jobs/backoff.js';
import { MOST_COUNTED, QueueMetrics } from '../../../platform/metrics/queue-metrics.service.js';
import { LeasedQueue, QUEUE_INDEX, type Queued } from '../../../platform/jobs/leased-queue.js';
import { DEFAULT_PROJECT } from '../../../platform/tenancy/project-context.service.js';
import { ProjectBelongings } from '../../../platform/tenancy/project-belongings.service.js';
import { createdAt, type StripeEvent } from './stripe-event.js';

const EVENTS = '_STRIPE_EVENTS';

/** How long a dead worker holds an event up, in milliseconds. */
const LEASE_MS = 15_000;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 3_600_000;
/** Three days and more; what still fails then waits for somebody who replays it. */
const MAX_ATTEMPTS = 90;

const DUPLICATE_KEY = 11000;

/** An event as it is stored: the text of it, for its keys are not ours to choose. */
export interface StoredStripeEvent extends Queued {
  state: 'pending' | 'done' | 'failed';
  type: string;
  created: Date;
  received: Date;
  payload: string;
  /** Project that it turned out to belong to. */
  project?: string;
  processed?: Date;
  error?: string;
  expires?: Date;
}

/** Stripe's events of all projects, each once: to whom one belongs is found out when it is processed. */
@Injectable()
export class StripeEventStore {
  private readonly queue = new LeasedQueue(() => this.events(), LEASE_MS);

  constructor(
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly config: Config,
    belongings: ProjectBelongings,
    queues: QueueMetrics,
  ) {
    belongings.add(EVENTS);
    queues.register('stripe_events', async () =>
      (await this.events()).countDocuments({ state: 'pending' }, { limit: MOST_COUNTED, maxTimeMS: 1000 }),
    );
  }

  /** @returns whether it is new; an event that comes again is not stored again */
  async add(event: StripeEvent, payload: string): Promise<boolean> {
    const now = new Date();
    try {
      await (
        await this.events()
      ).insertOne({
        _id: event.id,
        type: event.type,
        created: createdAt(event),
        received: now,
        payload,
        state: 'pending',
        attempts: 0,
        due: now,
      });
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  take(): Promise<StoredStripeEvent | undefined> {
    return this.queue.take();
  }

  during<R>(event: StoredStripeEvent, work: () => Promise<R>): Promise<R> {
    return this.queue.during(event, work);
  }

  async done(event: StoredStripeEvent, project: string): Promise<void> {
    const processed = new Date();
    const expires = new Date(processed.getTime() + this.config.STRIPE_EVENT_RETENTION * 1000);
    await this.queue.release(
      event,
      { state: 'done', project, processed, expires },
      { $unset: { error: '' } },
    );
  }

  /** Tries again later, and ever later. */
  async failed(event: StoredStripeEvent, error: unknown): Promise<void> {
    const wait = withJitter(Math.min(FIRST_RETRY_MS * 2 ** (event.attempts - 1), LAST_RETRY_MS));
    await this.queue.release(event, {
      state: event.attempts >= MAX_ATTEMPTS ? 'failed' : 'pending',
      due: new Date(Date.now() + wait),
      error: error instanceof Error ? error.message.slice(0, 500) : 'unknown',
    });
  }

  /** Has an event of a project processed again. @returns `undefined` when there is no such event */
  async replay(id: string, project: string): Promise<StoredStripeEvent | undefined> {
    const replayed = await (
      await this.events()
    ).findOneAndUpdate(
      { _id: id, ...ofProject(project) },
      {
        $set: { state: 'pending', due: new Date(), attempts: 0 },
        $unset: { expires: '', error: '', owner: '' },
      },
      { returnDocument: 'after' },
    );
    return replayed ?? undefined;
  }

  async find(id: string, project: string): Promise<StoredStripeEvent | undefined> {
    return (await (await this.events()).findOne({ _id: id, ...ofProject(project) })) ?? undefined;
  }

  /** The latest events of a project, without their contents. */
  async list(
    project: string,
    { type, state, limit, skip }: { type?: string; state?: string; limit: number; skip?: number },
  ): Promise<StoredStripeEvent[]> {
    const filter = {
      ...ofProject(project),
      ...(type === undefined ? {} : { type }),
      ...(state === undefined ? {} : { state: state as StoredStripeEvent['state'] }),
    };
    return (await this.events())
      .find(filter, { projection: { payload: 0 }, maxTimeMS: this.config.MONGODB_MAX_TIME_MS })
      .sort({ received: -1 })
      .skip(skip ?? 0)
      .limit(limit)
      .toArray();
  }

  private events(): Promise<mongo.Collection<StoredStripeEvent>> {
    return this.indexes.ensure(this.database.system<StoredStripeEvent>(EVENTS), [
      QUEUE_INDEX,
      { key: { project: 1, received: -1 } },
      expiresAt('expires'),
    ]);
  }
}

/** What is not processed yet may belong to anybody; until then it is the default project's to look after. */
const ofProject = (project: string): mongo.Filter<StoredStripeEvent> =>
  project === DEFAULT_PROJECT ? { $or: [{ project }, { project: { $exists: false } }] } : { project };
