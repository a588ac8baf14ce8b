import { Injectable } from '@nestjs/common';
import type { Counter, Gauge, Histogram } from 'prom-client';
import { Metrics } from '../metrics/metrics.service.js';
import type { PastRun, RunResult } from './job.js';

/** Seconds: from a look that finds nothing to an hour of work. */
const BUCKETS = [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 900, 3600];

/** Shows what background work does; alerts go by the time of the last success. */
@Injectable()
export class JobMetrics {
  private readonly runs: Counter<'job' | 'result'>;
  private readonly durations: Histogram<'job'>;
  private readonly successes: Gauge<'job'>;

  constructor(metrics: Metrics) {
    this.runs = metrics.counter({
      name: 'coglex_job_runs_total',
      help: 'Runs of background jobs on this instance, by how they ended; lost ones are counted by who finds them',
      labelNames: ['job', 'result'],
    });
    this.durations = metrics.histogram({
      name: 'coglex_job_duration_seconds',
      help: 'Time that runs of background jobs took on this instance',
      labelNames: ['job'],
      buckets: BUCKETS,
    });
    this.successes = metrics.gauge({
      name: 'coglex_job_last_success_timestamp_seconds',
      help: 'When a background job last succeeded; for exclusive jobs on whichever instance, as far as is known here',
      labelNames: ['job'],
    });
  }

  ended(job: string, { started, ended, result }: PastRun): void {
    this.runs.inc({ job, result });
    this.durations.observe({ job }, (ended.getTime() - started.getTime()) / 1000);
    if (result === 'succeeded') this.succeeded(job, ended);
  }

  lost(job: string): void {
    this.runs.inc({ job, result: 'lost' satisfies RunResult });
  }

  /** Here or elsewhere. */
  succeeded(job: string, at: Date): void {
    this.successes.set({ job }, at.getTime() / 1000);
  }
}
