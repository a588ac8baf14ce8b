import { Injectable } from '@nestjs/common';
import { Queue, Worker } from 'bullmq';
import type { Redis as RedisClient } from 'ioredis';
import { PinoLogger } from 'nestjs-pino';
import { Redis } from '../redis/redis.service.js';
import type { Job } from './job.js';

const QUEUE = 'jobs';

/** Longest time that closing may take, in milliseconds: Redis may be gone, and the server ends all the same. */
const CLOSING_MS = 1000;

interface Parts {
  queue: Queue;
  worker: Worker;
}

/** Takes the call for a job. It must not throw. @returns whether this instance knows the job */
export type JobCall = (name: string) => boolean;

/**
 * Calls for exclusive jobs when they are due, on one instance each time, through the Redis that the instances share.
 * It holds the schedules and nothing else: whether a job runs is decided by the lease in the database, and what is not
 * called for, because Redis was emptied or is away, is found out by the instances themselves.
 */
@Injectable()
export class JobQueue {
  private readonly jobs = new Map<string, Job>();
  private call?: JobCall;
  private parts?: Parts;
  private opening = false;
  private closed = false;

  constructor(
    private readonly redis: Redis,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(JobQueue.name);
  }

  /** Whether calls are to be expected. */
  get usable(): boolean {
    return this.redis.available && this.parts !== undefined;
  }

  /** Whether there is a Redis that may call. */
  get configured(): boolean {
    return this.redis.client !== undefined;
  }

  /** Begins to listen, as soon as Redis is there. */
  start(call: JobCall): void {
    this.call = call;
    this.redis.client?.on('ready', () => void this.open());
    if (this.redis.available) void this.open();
  }

  /** Has a job called for at its times. */
  add(job: Job): void {
    this.jobs.set(job.name, job);
    if (this.usable) void this.schedule(job).catch(this.ignore);
  }

  /** Schedules again what Redis has lost. @throws while it is away */
  async check(): Promise<void> {
    await this.open();
    if (!this.usable) return;
    for (const job of this.jobs.values()) await this.schedule(job);
  }

  /** Says that a job was due, and was not called for. */
  missed(): void {
    void this.check().catch(this.ignore);
  }

  /** Calls no more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.end(this.parts);
  }

  /** Once; after an outage the connections come back by themselves, and the schedules may be gone. */
  private async open(): Promise<void> {
    if (this.closed || this.parts || this.opening || !this.redis.available) return;
    this.opening = true;
    const connections = [
      this.redis.connection(),
      // It waits for calls, and for Redis, for as long as it takes.
      this.redis.connection({
        commandTimeout: undefined,
        enableOfflineQueue: true,
        maxRetriesPerRequest: null,
      }),
    ] as const;
    const parts = this.make(...connections);
    try {
      await Promise.all([parts.queue.waitUntilReady(), parts.worker.waitUntilReady()]);
      if (this.closed) return await this.end(parts);
      this.parts = parts;
      connections[0].on('ready', () => void this.check().catch(this.ignore));
      await this.check();
    } catch (error) {
      // Redis went away in this moment. What has not come up once never does: it is made anew.
      this.ignore(error);
      if (!this.parts) await this.end(parts);
    } finally {
      this.opening = false;
      if (!this.parts) for (const connection of connections) connection.disconnect();
    }
  }

  private make(calls: RedisClient, waiting: RedisClient): Parts {
    const prefix = this.redis.key('queue');
    const queue = new Queue(QUEUE, {
      prefix,
      connection: calls,
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
      streams: { events: { maxLen: 100 } },
    });
    const worker = new Worker(QUEUE, async ({ name }) => this.receive(name), {
      prefix,
      connection: waiting,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      runRetryDelay: 1000,
    });
    queue.on('error', this.ignore);
    worker.on('error', this.ignore);
    return { queue, worker };
  }

  private async end(parts: Parts | undefined): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSING_MS)));
    const closing = Promise.all([parts?.worker.close(true), parts?.queue.close()]);
    await Promise.race([closing.catch(this.ignore), late]);
    clearTimeout(timer);
  }

  private async receive(name: string): Promise<void> {
    // Of an earlier version: a later one schedules it again, should there still be such a job.
    if (!this.call?.(name) && !this.closed) await this.parts?.queue.removeJobScheduler(name);
  }

  /** A schedule that stands is left alone, for setting it anew would begin its time anew. */
  private async schedule({ name, everyMs, cron, timezone }: Job): Promise<void> {
    const { queue } = this.parts ?? {};
    if (!queue) return;
    const tz = cron === undefined ? undefined : (timezone ?? 'UTC');
    const found = await queue.getJobScheduler(name);
    if (found?.every === everyMs && found?.pattern === cron && found?.tz === tz && found) return;
    await queue.upsertJobScheduler(name, cron === undefined ? { every: everyMs } : { pattern: cron, tz });
  }

  private readonly ignore = (error: unknown): void => {
    // That Redis is away is told by its own connection, once.
    if (!this.closed) this.logger.debug({ err: error }, 'The queue of jobs could not reach Redis');
  };
}
