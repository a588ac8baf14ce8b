import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { WorkPool } from '../../../platform/jobs/work-pool.js';
import { asStripeEvent } from './stripe-event.js';
import { StripeEventProcessor } from './stripe-event-processor.service.js';
import { StripeEventStore, type StoredStripeEvent } from './stripe-event-store.service.js';

const JOB = 'stripe-events';

/** Events that one instance processes at once. */
const CONCURRENCY = 8;

/** Processes stored events, on every instance at once; each event on one of them. */
@Injectable()
export class StripeEventWorker implements BeforeApplicationShutdown {
  private readonly pool = new WorkPool<StoredStripeEvent>({
    size: CONCURRENCY,
    take: () => this.store.take(),
    work: (event) => this.work(event),
  });

  constructor(
    private readonly store: StripeEventStore,
    private readonly processor: StripeEventProcessor,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(StripeEventWorker.name);
    // What others have stored, what is due again, and what a dead worker has left behind.
    jobs.register({ name: JOB, everyMs: 1000, exclusive: false, run: () => this.pool.fill() });
  }

  /** There is something to do. */
  wake(): void {
    this.jobs.wake(JOB);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.pool.stop();
  }

  private async work(stored: StoredStripeEvent): Promise<void> {
    try {
      const event = asStripeEvent(JSON.parse(stored.payload));
      if (!event) throw new Error('The stored event cannot be read');
      const project = await this.store.during(stored, () => this.processor.process(event));
      await this.store.done(stored, project);
    } catch (error) {
      this.logger.warn({ err: error, event: stored._id, attempts: stored.attempts }, 'A Stripe event failed');
      // When the database is away as well, the lease ends by itself.
      await this.store.failed(stored, error).catch(() => undefined);
    }
  }
}
