import { LRUCache } from 'lru-cache';

/** How long a read is believed, and how many are kept. */
export interface RecentReadsOptions {
  /** Milliseconds, counted from the moment at which the read began. */
  forMs: number;
  most: number;
}

interface Read<V> {
  value: Promise<V>;
  until: number;
}

/**
 * Remembers for a moment what was read from the database, so that not every request reads it again, and so that what
 * another instance changes is seen here within that moment. Requests that come at once share one read.
 */
export class RecentReads<V> {
  private readonly reads: LRUCache<string, Read<V>>;

  /** @param read what answers for an id; also that there is nothing is remembered */
  constructor(
    private readonly read: (id: string) => Promise<V>,
    private readonly options: RecentReadsOptions,
  ) {
    this.reads = new LRUCache({ max: options.most });
  }

  get(id: string): Promise<V> {
    const now = performance.now();
    const known = this.reads.get(id);
    if (known && now < known.until) return known.value;
    const value = this.read(id);
    const read = { value, until: now + this.options.forMs };
    this.reads.set(id, read);
    // A failure is nobody's answer but of those who wait for it already.
    value.catch(() => {
      if (this.reads.peek(id) === read) this.reads.delete(id);
    });
    return value;
  }

  /** Makes the next {@link get} read: this instance has changed something. */
  forget(id: string): void {
    this.reads.delete(id);
  }
}
