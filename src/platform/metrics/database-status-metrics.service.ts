import { Injectable } from '@nestjs/common';
import type { Counter, Gauge } from 'prom-client';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { DATABASE_METRICS, ENGINE_METRICS, type DatabaseMetric } from './database-status.js';
import { Metrics } from './metrics.service.js';
import { Sampled } from './sampled.js';

/** Longest that the database may think about its state, in milliseconds. */
const TIME_MS = 1000;

/** Shows what the database tells of itself. A user who may not ask a MongoDB server for that sees none of it. */
@Injectable()
export class DatabaseStatusMetrics {
  constructor(database: Database, config: Config, metrics: Metrics) {
    const status = new Sampled(() =>
      database.project().admin().command({ serverStatus: 1 }, { timeoutMS: TIME_MS }),
    );
    const isEmbedded = config.MONGODB_URI === undefined;
    for (const metric of isEmbedded ? [...DATABASE_METRICS, ...ENGINE_METRICS] : DATABASE_METRICS)
      show(metric, status, metrics);
  }
}

function show(metric: DatabaseMetric, status: Sampled<unknown>, metrics: Metrics): void {
  const { name, help, labelNames } = metric;
  const readings = async () => metric.read(await status.get());
  if (metric.type === 'gauge')
    metrics.gauge({
      name,
      help,
      labelNames,
      async collect(this: Gauge) {
        const found = await readings();
        this.reset();
        if (found.length === 0 && labelNames.length === 0) this.remove();
        for (const { labels, value } of found) this.set(labels, value);
      },
    });
  else
    metrics.counter({
      name,
      help,
      labelNames,
      async collect(this: Counter) {
        const found = await readings();
        // The database counts; a counter here can only be put anew.
        this.reset();
        for (const { labels, value } of found) this.inc(labels, value);
      },
    });
}
