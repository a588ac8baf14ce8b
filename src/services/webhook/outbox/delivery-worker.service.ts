import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Counter } from 'prom-client';
import { Config } from '../../../platform/config/config.js';
import { onBehalfOf } from '../../../platform/logging/request-scope.js';
import { Metrics } from '../../../platform/metrics/metrics.service.js';
import { QueueMetrics } from '../../../platform/metrics/queue-metrics.service.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { WorkPool } from '../../../platform/jobs/work-pool.js';
import { EndpointsRepository } from '../endpoints/endpoints.repository.js';
import { Deliveries } from './deliveries.repository.js';
import type { StoredDelivery, Try } from './delivery.js';
import { EndpointHealth } from './endpoint-health.service.js';
import { nextTry } from './retry-schedule.js';
import { WebhookSender, type Outcome } from './webhook-sender.service.js';

const JOB = 'webhook-delivery';

/** Wait of a message whose predecessor is being sent at this moment, in milliseconds. */
const HELD_MS = 500;

/** Sends what is in the outbox, on every instance at once; each message on one of them. */
@Injectable()
export class DeliveryWorker implements BeforeApplicationShutdown {
  /** How many messages this instance is sending to each endpoint. */
  private readonly sending = new Map<string, number>();
  private readonly pool: WorkPool<StoredDelivery>;
  private readonly perEndpoint: number;
  private readonly tries: Counter<'result'>;

  constructor(
    private readonly deliveries: Deliveries,
    private readonly endpoints: EndpointsRepository,
    private readonly sender: WebhookSender,
    private readonly health: EndpointHealth,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
    { WEBHOOK_CONCURRENCY: size }: Config,
    metrics: Metrics,
    queues: QueueMetrics,
  ) {
    logger.setContext(DeliveryWorker.name);
    this.tries = metrics.counter({
      name: 'coglex_webhook_deliveries_total',
      help: 'Tries to deliver a message by what came of them: delivered, retried later, or given up (dead)',
      labelNames: ['result'],
    });
    queues.register('webhook', () => deliveries.waiting());
    this.perEndpoint = Math.max(1, Math.ceil(size / 2));
    this.pool = new WorkPool({
      size,
      take: () => this.take(),
      work: (delivery, signal) => onBehalfOf(delivery.request, () => this.work(delivery, signal)),
    });
    jobs.register({ name: JOB, everyMs: 1000, exclusive: false, run: () => this.pool.fill() });
  }

  /** There is something to send. */
  wake(): void {
    this.jobs.wake(JOB);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.pool.stop();
  }

  /** An endpoint that is slow must leave room for the others. */
  private async take(): Promise<StoredDelivery | undefined> {
    const busy = [...this.sending].filter(([, count]) => count >= this.perEndpoint).map(([id]) => id);
    const delivery = await this.deliveries.take(busy);
    if (delivery) this.count(delivery.endpoint, 1);
    return delivery;
  }

  private count(endpoint: string, change: 1 | -1): void {
    const count = (this.sending.get(endpoint) ?? 0) + change;
    if (count > 0) this.sending.set(endpoint, count);
    else this.sending.delete(endpoint);
  }

  private async work(delivery: StoredDelivery, signal: AbortSignal): Promise<void> {
    try {
      await this.deliver(delivery, signal);
    } catch (error) {
      // The lease ends by itself, and the message is sent again.
      this.logger.warn({ err: error, delivery: delivery._id }, 'A webhook could not be handled');
    } finally {
      this.count(delivery.endpoint, -1);
    }
  }

  private async deliver(delivery: StoredDelivery, signal: AbortSignal): Promise<void> {
    const endpoint = await this.endpoints.find(delivery.endpoint);
    if (!endpoint?.enabled) return this.giveUp(delivery, DISABLED());
    const before = delivery.key === undefined ? undefined : await this.deliveries.before(delivery);
    if (before) return this.deliveries.putBack(delivery, dueAfter(before));
    const outcome = await this.sender.send(endpoint, delivery, signal);
    if (!outcome.delivered && signal.aborted) return this.deliveries.putBack(delivery, new Date());
    if (outcome.delivered) {
      this.tries.inc({ result: 'delivered' });
      await this.deliveries.delivered(delivery, entryOf(outcome));
      await Promise.all([this.health.arrived(endpoint), this.goOn(delivery)]);
      return;
    }
    const due = outcome.gone
      ? undefined
      : nextTry(delivery.sent + 1, delivery.since, new Date(), outcome.askedMs);
    if (due) this.tries.inc({ result: 'retried' });
    if (due) await this.deliveries.retry(delivery, entryOf(outcome), due);
    else await this.giveUp(delivery, entryOf(outcome));
    await this.health.failed(endpoint, outcome.gone);
  }

  private async giveUp(delivery: StoredDelivery, last: Try): Promise<void> {
    this.tries.inc({ result: 'dead' });
    await this.deliveries.dead(delivery, last);
    await this.goOn(delivery);
  }

  private async goOn(delivery: StoredDelivery): Promise<void> {
    if (delivery.key !== undefined) await this.deliveries.hurryNext(delivery);
  }
}

const DISABLED = (): Try => ({ at: new Date(), latency: 0, error: 'The endpoint is disabled.' });

/** While the one before is being sent, it may be over at any moment; otherwise nothing can come before its time. */
function dueAfter({ owner, due }: StoredDelivery): Date {
  const soon = Date.now() + HELD_MS;
  return new Date(owner === undefined ? Math.max(due.getTime() + 1, soon) : soon);
}

/** What the log keeps. */
export const entryOf = ({ at, status, latency, error }: Outcome): Try => ({
  at,
  ...(status === undefined ? {} : { status }),
  latency,
  ...(error === undefined ? {} : { error }),
});
