import { CronExpressionParser } from 'cron-parser';
import { withJitter } from './backoff.js';
import type { Job } from './job.js';

const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;

/** When a job is due. */
export class Schedule {
  constructor(private readonly job: Pick<Job, 'name' | 'everyMs' | 'cron' | 'timezone'>) {
    const { name, everyMs, cron } = job;
    if ((everyMs === undefined) === (cron === undefined))
      throw new Error(`The job ${name} needs either everyMs or cron`);
    if (everyMs !== undefined && !(everyMs >= 1)) throw new Error(`The job ${name} comes too often`);
    // A wrong expression is found at the start and not at three in the morning.
    if (cron !== undefined) this.slotAfter(new Date());
  }

  /** In words; it changes with the schedule. */
  get text(): string {
    const { everyMs, cron, timezone = 'UTC' } = this.job;
    return cron === undefined ? `every ${everyMs} ms` : `${cron} (${timezone})`;
  }

  /** For a job that has never run. */
  first(now = new Date()): Date {
    return this.job.cron === undefined ? now : this.slotAfter(now);
  }

  /**
   * After a run.
   *
   * @param streak how often it has failed in a row
   */
  next(started: Date, ended: Date, streak: number): Date {
    const { everyMs } = this.job;
    if (everyMs !== undefined) {
      // However long a run takes, there is room between two of them.
      return new Date(Math.max(started.getTime() + everyMs, ended.getTime() + everyMs / 4));
    }
    const slot = this.slotAfter(ended);
    if (streak === 0) return slot;
    const pause = withJitter(Math.min(FIRST_RETRY_MS * 2 ** (streak - 1), LONGEST_RETRY_MS));
    return new Date(Math.min(slot.getTime(), ended.getTime() + pause));
  }

  /** How long before the time at which it is due a job that Redis calls for may run: the two clocks never agree. */
  get earlyMs(): number {
    return this.job.everyMs === undefined ? 500 : this.job.everyMs / 2;
  }

  /** How long after the time at which it is due a job is run without having been called for by Redis. */
  get graceMs(): number {
    return Math.min(Math.max(this.job.everyMs ?? 0, 1000), 15_000);
  }

  /** Time until the next run of a job that is not exclusive, in milliseconds. */
  pauseMs(now = new Date()): number {
    return this.job.everyMs ?? this.slotAfter(now).getTime() - now.getTime();
  }

  private slotAfter(now: Date): Date {
    const { cron = '', timezone = 'UTC' } = this.job;
    return CronExpressionParser.parse(cron, { tz: timezone, currentDate: now }).next().toDate();
  }
}
