import { randomUUID } from 'node:crypto';
import type { Redis as RedisClient } from 'ioredis';
import type { CacheDriver, Found, Unlock } from './cache-driver.js';

/** Life of a mark, in milliseconds; longer than that of any entry. Who loses one loses the entries under it. */
const MARK_MS = 7 * 24 * 3_600_000;

/** A lock that was lost to its time belongs to somebody else. */
const UNLOCK = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** The cache that instances share. Every method rejects while Redis is away. */
export class RedisDriver implements CacheDriver {
  constructor(
    private readonly client: RedisClient,
    private readonly nameOf: (...parts: string[]) => string,
  ) {}

  async read(key: string, marks: readonly string[]): Promise<Found> {
    const names = marks.map((mark) => this.mark(mark));
    const [entry, ...known] = await this.client.mget(this.entry(key), ...names);
    const versions = await Promise.all(names.map(async (name, at) => known[at] ?? (await this.make(name))));
    return { entry: entry ?? undefined, versions };
  }

  async write(key: string, entry: string, lifeMs: number): Promise<void> {
    await this.client.set(this.entry(key), entry, 'PX', Math.max(1, Math.ceil(lifeMs)));
  }

  async delete(key: string): Promise<void> {
    await this.client.del(this.entry(key));
  }

  async renew(marks: readonly string[]): Promise<void> {
    const all = this.client.pipeline();
    for (const mark of marks) all.set(this.mark(mark), randomUUID(), 'PX', MARK_MS);
    for (const [error] of (await all.exec()) ?? []) if (error) throw error;
  }

  async lock(key: string, ms: number): Promise<Unlock | undefined> {
    const name = this.nameOf('cache', 'lock', key);
    const token = randomUUID();
    if ((await this.client.set(name, token, 'PX', ms, 'NX')) !== 'OK') return undefined;
    return async () => {
      // One that cannot be ended ends by itself.
      await this.client.eval(UNLOCK, 1, name, token).catch(() => undefined);
    };
  }

  /** Of several that make it at once, all get the same. */
  private async make(name: string): Promise<string> {
    const fresh = randomUUID();
    if ((await this.client.set(name, fresh, 'PX', MARK_MS, 'NX')) === 'OK') return fresh;
    return (await this.client.get(name)) ?? fresh;
  }

  private entry(key: string): string {
    return this.nameOf('cache', 'entry', key);
  }

  private mark(mark: string): string {
    return this.nameOf('cache', 'mark', mark);
  }
}
