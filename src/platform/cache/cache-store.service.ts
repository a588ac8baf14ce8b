import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Redis as RedisClient } from 'ioredis';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { Redis } from '../redis/redis.service.js';
import type { CacheDriver } from './cache-driver.js';
import { CacheMetrics } from './cache-metrics.service.js';
import { MemoryDriver } from './memory-driver.js';
import { RedisDriver } from './redis-driver.js';

/** Longest wait for Redis, in milliseconds: it is to save time. */
const PATIENCE_MS = 250;

/** How long Redis is left alone after it has failed, in milliseconds. */
const PAUSE_MS = 1000;

/** Longest life of an entry in memory while Redis is away, in milliseconds: nobody tells this process what is over. */
export const ALONE_MS = 5000;

/** The mark of all entries. */
const ALL = 'all';

/** Where entries are kept now, and how long they may live there. */
export interface CachePlace {
  driver: CacheDriver;
  longestMs: number;
}

/**
 * Keeps entries in the Redis that instances share, and in memory where there is none or while it is away. It never fails.
 *
 * What was to be forgotten while Redis could not be told is made up for before Redis is asked again: then all that is in
 * it is over.
 */
@Injectable()
export class CacheStore implements OnModuleInit {
  private readonly memory: MemoryDriver;
  private readonly client?: RedisClient;
  private readonly shared?: RedisDriver;
  private pausedUntil = 0;
  private owing = false;
  private settling?: Promise<void>;

  constructor(
    config: Config,
    redis: Redis,
    metrics: CacheMetrics,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(CacheStore.name);
    this.memory = new MemoryDriver({
      maxSize: config.CACHE_MAX_SIZE,
      onEviction: () => metrics.evicted(),
    });
    metrics.watch(this.memory);
    if (!redis.client) return;
    this.client = redis.connection({ commandTimeout: PATIENCE_MS });
    this.shared = new RedisDriver(this.client, (...parts) => redis.key(...parts));
  }

  async onModuleInit(): Promise<void> {
    await this.client?.connect().catch(() => undefined);
  }

  /** Does something with the entries; with those in memory when Redis fails, for which it is then done anew. */
  async use<T>(
    work: (place: CachePlace, marks: (own: readonly string[]) => string[]) => Promise<T>,
  ): Promise<T> {
    const marks = (own: readonly string[]): string[] => [ALL, ...own];
    const { shared } = this;
    if (!shared) return work({ driver: this.memory, longestMs: Infinity }, marks);
    if (this.usable) {
      try {
        await this.settle(shared);
        return await work({ driver: shared, longestMs: Infinity }, marks);
      } catch (error) {
        this.fail(error);
      }
    }
    return work({ driver: this.memory, longestMs: ALONE_MS }, marks);
  }

  /** Changes entries wherever they are. */
  async change(work: (driver: CacheDriver) => Promise<void>): Promise<void> {
    await work(this.memory);
    const { shared } = this;
    if (!shared) return;
    try {
      if (!this.usable) throw new Error('Redis is away');
      await this.settle(shared);
      await work(shared);
    } catch (error) {
      this.owing = true;
      this.fail(error);
    }
  }

  private get usable(): boolean {
    return this.client?.status === 'ready' && performance.now() >= this.pausedUntil;
  }

  private async settle(shared: RedisDriver): Promise<void> {
    if (!this.owing) return;
    this.settling ??= this.endAll(shared).finally(() => (this.settling = undefined));
    await this.settling;
  }

  private async endAll(shared: RedisDriver): Promise<void> {
    this.owing = false;
    try {
      await shared.renew([ALL]);
    } catch (error) {
      this.owing = true;
      throw error;
    }
  }

  private fail(error: unknown): void {
    this.pausedUntil = performance.now() + PAUSE_MS;
    this.logger.debug({ err: error }, 'The cache goes on in memory');
  }
}
