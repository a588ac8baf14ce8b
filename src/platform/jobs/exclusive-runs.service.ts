import { Injectable } from '@nestjs/common';
import { Instance } from './instance.js';
import { DEFAULT_LEASE_MS, isFailure, type Job, type RunCause, type StoredJob } from './job.js';
import { JobReports } from './job-reports.service.js';
import { JobRun } from './job-run.js';
import { JobStore } from './job-store.service.js';
import { Schedule } from './schedule.js';

/** Parts of a lease after which it is renewed, and after which a run that could not renew it has to stop. */
const RENEWED_AFTER = 1 / 4;
const LOST_AFTER = 0.7;

/** A run whose lease is held. */
export interface LeasedRun {
  run: JobRun;
  /** Failures in a row before it. */
  streak: number;
}

/** Runs jobs on one instance of several. */
@Injectable()
export class ExclusiveRuns {
  constructor(
    private readonly store: JobStore,
    private readonly reports: JobReports,
    private readonly instance: Instance,
  ) {}

  /**
   * Takes the lease for a run.
   *
   * @param dueBy the job must be due by then; `undefined`: whenever
   */
  async take(job: Job, cause: RunCause, dueBy?: Date): Promise<LeasedRun | undefined> {
    const run = new JobRun(job, cause, this.instance.place);
    const before = await this.store.take(job.name, run.current, leaseOf(job), dueBy);
    if (!before) return undefined;
    const { run: dead, streak = 0 } = before;
    if (!dead) return { run, streak };
    this.reports.lost(job.name, dead);
    await this.store.lost(job.name, run.current, dead);
    return { run, streak: streak + 1 };
  }

  /**
   * Does the work, renews the lease meanwhile and gives it back.
   *
   * @param server aborted when the server stops
   * @returns whether the job is due again at once
   */
  async perform({ run, streak }: LeasedRun, server: AbortSignal): Promise<boolean> {
    const { job } = run;
    const stopRenewing = this.renew(run);
    const end = await run
      .perform(server, () => this.reports.overrun(run), this.reports.codeOf)
      .finally(stopRenewing);
    const { past } = end;
    this.reports.ended(end, job.name);
    const failures = past.result === 'succeeded' ? 0 : streak + (isFailure(past.result) ? 1 : 0);
    // What was broken off here can go on elsewhere at once.
    const due =
      past.result === 'stopped' ? past.ended : new Schedule(job).next(past.started, past.ended, failures);
    return this.store.release(job.name, past, due, failures);
  }

  /** When it is worth to try again to take a job that was not to be had. */
  lookAgain(job: Job, stored: StoredJob | null, graceMs: number): Date {
    const now = Date.now();
    const { until = new Date(0), due = new Date(0), run } = stored ?? {};
    this.reports.succeeded(job.name, stored?.succeeded);
    const free = Math.max(run ? until.getTime() : 0, due.getTime() + graceMs);
    return new Date(Math.min(free, now + (job.everyMs ?? 60_000)));
  }

  /** A run whose lease is over may be doubled: it is told to stop before that. */
  private renew(run: JobRun): () => void {
    const { job, current } = run;
    const leaseMs = leaseOf(job);
    let renewed = performance.now();
    let asking = false;
    const renew = async (): Promise<void> => {
      const asked = performance.now();
      asking = true;
      try {
        if (await this.store.renew(job.name, current.id, leaseMs)) renewed = asked;
        else run.stop('lost');
      } catch {
        // The next one may come in time.
      } finally {
        asking = false;
      }
    };
    const timer = setInterval(() => {
      if (performance.now() - renewed >= leaseMs * LOST_AFTER) run.stop('lost');
      else if (!asking) void renew();
    }, leaseMs * RENEWED_AFTER).unref();
    return () => clearInterval(timer);
  }
}

const leaseOf = ({ leaseMs = DEFAULT_LEASE_MS }: Job): number => leaseMs;
