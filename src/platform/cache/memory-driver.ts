import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { CacheDriver, Found, Unlock } from './cache-driver.js';

/** Most marks of one process. Who loses one loses the entries under it. */
const MOST_MARKS = 50_000;

export interface MemoryDriverOptions {
  /** Most bytes in all. */
  maxSize: number;
  /** Called when an entry has to give way to others. */
  onEviction?: () => void;
}

/** The cache of one process: what was used longest ago gives way. */
export class MemoryDriver implements CacheDriver {
  private readonly entries: LRUCache<string, string>;
  private readonly marks = new LRUCache<string, string>({ max: MOST_MARKS });

  constructor({ maxSize, onEviction }: MemoryDriverOptions) {
    this.entries = new LRUCache({
      maxSize,
      // Two bytes a character at worst, and what the entry itself takes.
      sizeCalculation: (value, key) => 2 * (value.length + key.length) + 100,
      disposeAfter: (_value, _key, reason) => {
        if (reason === 'evict') onEviction?.();
      },
    });
  }

  /** Bytes in use. */
  get size(): number {
    return this.entries.calculatedSize;
  }

  get count(): number {
    return this.entries.size;
  }

  async read(key: string, marks: readonly string[]): Promise<Found> {
    const versions = marks.map((mark) => {
      const known = this.marks.get(mark);
      if (known !== undefined) return known;
      const fresh = randomUUID();
      this.marks.set(mark, fresh);
      return fresh;
    });
    return Promise.resolve({ entry: this.entries.get(key), versions });
  }

  async write(key: string, entry: string, lifeMs: number): Promise<void> {
    this.entries.set(key, entry, { ttl: Math.max(1, Math.ceil(lifeMs)) });
    return Promise.resolve();
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
    return Promise.resolve();
  }

  async renew(marks: readonly string[]): Promise<void> {
    for (const mark of marks) this.marks.set(mark, randomUUID());
    return Promise.resolve();
  }

  /** In one process nobody else computes: whoever asks meanwhile waits for the same answer. */
  async lock(): Promise<Unlock> {
    return Promise.resolve(async () => Promise.resolve());
  }
}
