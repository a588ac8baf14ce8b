import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Job } from './job.js';
import { JobLeases } from './job-leases.service.js';
import { JobLoop } from './job-loop.js';

const DEFAULT_LEASE_MS = 60_000;

/** Runs background work: on time, once at a time, and never beyond the life of the server. */
@Injectable()
export class Jobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops = new Map<string, JobLoop>();
  private running = false;

  constructor(
    private readonly leases: JobLeases,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Jobs.name);
  }

  /** Adds a job; it runs for the first time shortly after the server has started. */
  register(job: Job): void {
    if (this.loops.has(job.name)) throw new Error(`There are two jobs with the name ${job.name}`);
    const loop = new JobLoop(job.everyMs, (signal, woken) => this.attempt(job, signal, woken));
    this.loops.set(job.name, loop);
    if (this.running) loop.start();
  }

  /**
   * Runs a job on this instance as soon as possible instead of at its time: there is something to do. While another
   * instance runs an exclusive job, it comes at its next time.
   */
  wake(name: string): void {
    this.loops.get(name)?.wake();
  }

  onApplicationBootstrap(): void {
    this.running = true;
    for (const loop of this.loops.values()) loop.start();
  }

  /** Waits for the runs under way; the database is still there for them. */
  async beforeApplicationShutdown(): Promise<void> {
    this.running = false;
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()));
  }

  private async attempt(job: Job, signal: AbortSignal, woken: boolean): Promise<void> {
    try {
      if (job.exclusive === false) await job.run(signal);
      else await this.runExclusively(job, signal, woken);
    } catch (error) {
      this.logger.warn({ err: error, job: job.name }, 'A job failed; it is tried again at its next time');
    }
  }

  private async runExclusively(job: Job, signal: AbortSignal, woken: boolean): Promise<void> {
    if (!(await this.leases.take(job.name, job.leaseMs ?? DEFAULT_LEASE_MS, woken))) return;
    try {
      await job.run(signal);
    } finally {
      await this.leases.release(job.name, job.everyMs);
    }
  }
}
