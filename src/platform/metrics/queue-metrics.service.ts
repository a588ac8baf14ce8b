import { Injectable } from '@nestjs/common';
import type { Gauge } from 'prom-client';
import { Metrics } from './metrics.service.js';
import { Sampled } from './sampled.js';

/** Counting ends here: more than this is too many, and the number costs more than it tells. */
export const MOST_COUNTED = 100_000;

/** Shows how much waits in queues. They are persisted and shared: each instance shows the whole. */
@Injectable()
export class QueueMetrics {
  private readonly queues = new Map<string, Sampled<number>>();

  constructor(metrics: Metrics) {
    const { queues } = this;
    metrics.gauge({
      name: 'coglex_queue_depth',
      help: `What waits in a queue of the whole installation, counted up to ${MOST_COUNTED}`,
      labelNames: ['queue'],
      async collect() {
        await Promise.all([...queues].map(([queue, count]) => show(this, queue, count)));
      },
    });
  }

  /**
   * Adds a queue.
   *
   * @param queue in words with `_`
   * @param count asked at scrapes, every two seconds at most; bound it by {@link MOST_COUNTED} and a time
   */
  register(queue: string, count: () => Promise<number>): void {
    this.queues.set(queue, new Sampled(count));
  }
}

async function show(gauge: Gauge<'queue'>, queue: string, count: Sampled<number>): Promise<void> {
  const depth = await count.get();
  if (depth === undefined) gauge.remove({ queue });
  else gauge.set({ queue }, depth);
}
