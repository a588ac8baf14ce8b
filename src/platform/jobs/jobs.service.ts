import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CoglexError } from '../errors/coglex-error.js';
import { ExclusiveRuns, type LeasedRun } from './exclusive-runs.service.js';
import { Instance } from './instance.js';
import type { Job } from './job.js';
import { JobLoop, type LoopCause } from './job-loop.js';
import { JobQueue } from './job-queue.service.js';
import { JobReports } from './job-reports.service.js';
import { JobRun } from './job-run.js';
import { JobStore } from './job-store.service.js';
import { JobWakes } from './job-wakes.service.js';
import { RunSums } from './run-sums.service.js';
import { Schedule } from './schedule.js';

const FLUSH_MS = 15_000;
const CHECK_MS = 60_000;

/** Time that runs under way have to end when the server stops, in milliseconds; orchestrators kill after 10 s. */
const DRAIN_MS = 7000;

/** A job of this process. */
export interface KnownJob {
  readonly job: Job;
  readonly schedule: Schedule;
  /** A run of a job that is not exclusive, while it is under way here. */
  run?: JobRun;
}

interface Entry extends KnownJob {
  readonly loop: JobLoop;
  /** Whether the database knows the job. */
  prepared: boolean;
  /** When an exclusive job is worth another try. */
  lookAt: Date;
}

/** Runs background work: on time, once at a time, and never beyond the life of the server. */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly entries = new Map<string, Entry>();
  private readonly stopping = new AbortController();
  /** Runs that operators have begun. */
  private readonly begun = new Set<Promise<void>>();
  private running = false;

  constructor(
    private readonly exclusive: ExclusiveRuns,
    private readonly store: JobStore,
    private readonly reports: JobReports,
    private readonly queue: JobQueue,
    private readonly wakes: JobWakes,
    private readonly sums: RunSums,
    private readonly instance: Instance,
  ) {
    this.register({
      name: 'job-records',
      everyMs: FLUSH_MS,
      exclusive: false,
      run: () => this.sums.flush(),
    });
    if (queue.configured)
      this.register({
        name: 'job-schedules',
        everyMs: CHECK_MS,
        exclusive: false,
        run: () => this.queue.check(),
      });
  }

  /** Adds a job; it runs for the first time shortly after the server has started, or when `cron` says. */
  register(job: Job): void {
    if (this.entries.has(job.name)) throw new Error(`There are two jobs with the name ${job.name}`);
    const schedule = new Schedule(job);
    const entry: Entry = {
      job,
      schedule,
      prepared: false,
      lookAt: new Date(),
      loop:
        job.exclusive === false
          ? new JobLoop(
              () => schedule.pauseMs(),
              (signal, cause) => this.runHere(entry, signal, cause),
            )
          : new JobLoop(
              () => Math.max(entry.lookAt.getTime() - Date.now(), Math.min(job.everyMs ?? 1000, 100)),
              (signal, cause) => this.attempt(entry, signal, cause),
            ),
    };
    this.entries.set(job.name, entry);
    if (!this.running) return;
    entry.loop.start();
    if (job.exclusive !== false) this.queue.add(job);
  }

  /**
   * Runs a job as soon as possible instead of at its time: there is something to do. An exclusive one that another
   * instance runs is run there once more; one that runs on every instance is run on all that Redis reaches.
   */
  wake(name: string): void {
    const entry = this.entries.get(name);
    if (!entry) return;
    entry.loop.wake();
    if (this.running && entry.job.exclusive === false) this.wakes.tell(name);
  }

  /**
   * Runs a job because an operator wants it, and does not wait for its end.
   *
   * @throws CoglexError `not_found`, `job_running`, `database_unavailable`
   */
  async trigger(name: string): Promise<void> {
    const entry = this.entries.get(name);
    if (!entry) throw new CoglexError('not_found', { detail: `There is no job "${name}".` });
    if (entry.job.exclusive === false) {
      if (entry.loop.running) throw isRunning(name);
      entry.loop.wake('operator');
      this.wakes.tell(name);
      return;
    }
    await this.prepare(entry);
    const leased = await this.exclusive.take(entry.job, 'operator');
    if (!leased) throw isRunning(name);
    const run = this.perform(entry, leased)
      .catch((error: unknown) => this.reports.database(error))
      .finally(() => this.begun.delete(run));
    this.begun.add(run);
  }

  /** The jobs of this process, by their names. */
  known(): KnownJob[] {
    return [...this.entries.values()].sort((one, other) => (one.job.name < other.job.name ? -1 : 1));
  }

  onApplicationBootstrap(): void {
    this.running = true;
    this.wakes.start((name) => this.entries.get(name)?.loop.wake());
    for (const { job } of this.entries.values()) if (job.exclusive !== false) this.queue.add(job);
    this.queue.start((name) => {
      const entry = this.entries.get(name);
      entry?.loop.nudge('queue');
      return entry !== undefined;
    });
    for (const { loop } of this.entries.values()) loop.start();
  }

  /** Waits for the runs under way; the database is still there for them. One that does not end keeps its lease. */
  async beforeApplicationShutdown(): Promise<void> {
    this.running = false;
    this.stopping.abort();
    await this.queue.close();
    const ends = [...[...this.entries.values()].map(({ loop }) => loop.stop()), ...this.begun];
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, DRAIN_MS)));
    await Promise.race([Promise.all(ends), late]);
    clearTimeout(timer);
    await this.sums.flush().catch(() => undefined);
  }

  private async runHere(entry: Entry, signal: AbortSignal, cause: LoopCause): Promise<void> {
    const run = new JobRun(entry.job, cause, this.instance.place);
    entry.run = run;
    const end = await run.perform(signal, () => this.reports.overrun(run), this.reports.codeOf);
    entry.run = undefined;
    this.reports.ended(end, entry.job.name);
    this.sums.add(entry.job.name, end.past);
  }

  private async attempt(entry: Entry, signal: AbortSignal, cause: LoopCause): Promise<void> {
    const { job, schedule } = entry;
    try {
      await this.prepare(entry);
      const leased = await this.exclusive.take(job, cause, this.dueBy(schedule, cause));
      // Redis should have called for it: it may have lost the schedule.
      if (leased && cause === 'clock') this.queue.missed();
      if (leased) await this.perform(entry, leased, signal);
      else await this.stayAway(entry, cause);
      this.reports.database();
    } catch (error) {
      entry.lookAt = new Date(Date.now() + Math.min(job.everyMs ?? 1000, 1000));
      this.reports.database(error);
    }
  }

  private dueBy({ earlyMs, graceMs }: Schedule, cause: LoopCause): Date | undefined {
    if (cause === 'woken' || cause === 'operator') return undefined;
    if (cause === 'queue') return new Date(Date.now() + earlyMs);
    return new Date(Date.now() - (this.queue.usable ? graceMs : 0));
  }

  private async perform(entry: Entry, leased: LeasedRun, signal = this.stopping.signal): Promise<void> {
    const again = await this.exclusive.perform(leased, signal);
    if (again) entry.loop.wake();
    entry.lookAt = this.exclusive.lookAgain(
      entry.job,
      await this.store.find(entry.job.name),
      this.graceOf(entry),
    );
  }

  /** Another instance has it, or it is not due. */
  private async stayAway(entry: Entry, cause: LoopCause): Promise<void> {
    const { name } = entry.job;
    if (cause === 'woken' && !(await this.store.again(name))) entry.loop.wake();
    const stored = await this.store.find(name);
    // Somebody has emptied the database.
    if (!stored) entry.prepared = false;
    entry.lookAt = this.exclusive.lookAgain(entry.job, stored, this.graceOf(entry));
  }

  private graceOf({ schedule }: Entry): number {
    return this.queue.usable ? schedule.graceMs : 0;
  }

  private async prepare(entry: Entry): Promise<void> {
    if (entry.prepared) return;
    await this.store.prepare(entry.job.name, entry.schedule.text, entry.schedule.first());
    entry.prepared = true;
  }
}

const isRunning = (name: string): CoglexError =>
  new CoglexError('job_running', {
    detail: `The job "${name}" is running.`,
    headers: { 'Retry-After': '10' },
  });
