import { Injectable } from '@nestjs/common';
import type { CurrentRun, Job, StoredJob } from './job.js';
import { JobStore } from './job-store.service.js';
import { Jobs, type KnownJob } from './jobs.service.js';
import { RunSums } from './run-sums.service.js';

/** A job and what is known of its runs. */
export interface JobState {
  job: Job;
  stored: StoredJob | undefined;
  /** The run under way; of a job that runs on every instance, the one on this. */
  running?: CurrentRun;
  /** When it is due again; unknown for one that runs on every instance. */
  next?: Date;
}

/** Shows the jobs to operators. */
@Injectable()
export class JobBoard {
  constructor(
    private readonly jobs: Jobs,
    private readonly store: JobStore,
    private readonly sums: RunSums,
  ) {}

  /** All jobs, by their names. @throws CoglexError `database_unavailable` */
  async all(): Promise<JobState[]> {
    await this.sums.flush();
    const stored = await this.store.all();
    return this.jobs.known().map((known) => stateOf(known, stored.get(known.job.name)));
  }
}

function stateOf({ job, run }: KnownJob, stored: StoredJob | undefined): JobState {
  if (job.exclusive === false) return { job, stored, running: run?.current };
  const { until, due } = stored ?? {};
  // What holds no lease any more runs no more, whatever is written.
  const running = until && until > new Date() ? stored?.run : undefined;
  return { job, stored, running, next: due };
}
