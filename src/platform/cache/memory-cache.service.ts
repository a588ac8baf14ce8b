import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../config/config.js';
import { Cache } from './cache.js';

/** The cache of one process: what was used longest ago gives way. */
@Injectable()
export class MemoryCache extends Cache {
  private readonly entries: LRUCache<string, string>;

  constructor(config: Config) {
    super();
    this.entries = new LRUCache({
      maxSize: config.CACHE_MAX_SIZE,
      // Two bytes a character at worst, and what the entry itself takes.
      sizeCalculation: (value, key) => 2 * (value.length + key.length) + 100,
    });
  }

  async get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.entries.get(key));
  }

  async set(key: string, value: string, seconds: number): Promise<void> {
    this.entries.set(key, value, { ttl: seconds * 1000 });
    return Promise.resolve();
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
    return Promise.resolve();
  }
}
