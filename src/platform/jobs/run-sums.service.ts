import { Injectable } from '@nestjs/common';
import { isFailure, type PastRun } from './job.js';
import { JobStore, type RunSums as Sums } from './job-store.service.js';

/**
 * Adds up the runs of jobs that run on every instance, some of them twice a second: writing each of them down would
 * cost more than most of them do.
 */
@Injectable()
export class RunSums {
  private waiting = new Map<string, Sums>();

  constructor(private readonly store: JobStore) {}

  add(job: string, last: PastRun): void {
    const { runs, failures, streak, succeeded } = this.waiting.get(job) ?? NONE;
    const failed = isFailure(last.result);
    this.waiting.set(job, {
      runs: runs + 1,
      failures: failures + (failed ? 1 : 0),
      streak: failed ? streak + 1 : 0,
      last,
      succeeded: last.result === 'succeeded' ? last.ended : succeeded,
    });
  }

  /** Writes them down. @throws the driver's error; they are then kept for the next time */
  async flush(): Promise<void> {
    const { waiting } = this;
    this.waiting = new Map();
    try {
      await this.store.add(waiting);
    } catch (error) {
      for (const [job, sums] of waiting) this.putBack(job, sums);
      throw error;
    }
  }

  private putBack(job: string, { runs, failures, ...rest }: Sums): void {
    const since = this.waiting.get(job) ?? { ...NONE, ...rest };
    this.waiting.set(job, {
      ...since,
      runs: since.runs + runs,
      failures: since.failures + failures,
      succeeded: since.succeeded ?? rest.succeeded,
    });
  }
}

const NONE: Omit<Sums, 'last'> = { runs: 0, failures: 0, streak: 0 };
