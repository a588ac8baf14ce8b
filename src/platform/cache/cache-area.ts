import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { withJitter } from '../jobs/backoff.js';
import type { ProjectContext } from '../tenancy/project-context.service.js';
import { CacheEntry, MOST_CHARACTERS } from './cache-entry.js';
import type { CacheMetrics } from './cache-metrics.service.js';
import type { CachePlace, CacheStore } from './cache-store.service.js';

/** How long one instance keeps others from computing the same, in milliseconds. */
const LOCK_MS = 10_000;

/** How long others wait for it, in milliseconds; then they compute it themselves. */
const WAIT_MS = 2000;
const LOOK_MS = 25;

/** Names an entry within its area. Whatever the value depends on must be in it: also what its reader may see. */
export type CacheKey = readonly (string | number | boolean | null | undefined)[];

export interface CacheOptions {
  /** Life of an entry. */
  seconds: number;
  /** Life of the answer that there is nothing (`undefined` or `null`); as long as any other by default, `0`: none. */
  missSeconds?: number;
  /** By which entries are forgotten together; always the same for one key. */
  tags?: readonly string[];
}

/** The entries of one purpose, of the current project or of the installation. */
export class CacheArea {
  private readonly flights = new Map<string, Promise<string | undefined>>();
  private readonly refreshing = new Set<string>();

  /** @param name few, and fixed: it is a label of metrics */
  constructor(
    private readonly name: string,
    private readonly scope: 'project' | 'installation',
    private readonly store: CacheStore,
    private readonly metrics: CacheMetrics,
    private readonly context: ProjectContext,
  ) {}

  /** @param tags those with which it was set */
  async get<T>(key: CacheKey, tags: readonly string[] = []): Promise<T | undefined> {
    const entry = await this.read(this.idOf(key), tags);
    this.metrics.asked(this.name, entry ? 'hit' : 'miss');
    return valueOf<T>(entry?.json);
  }

  /** Keeps what JSON makes of a value; one that is too large is not kept. */
  async set(key: CacheKey, value: unknown, { seconds, tags = [] }: CacheOptions): Promise<void> {
    const id = this.idOf(key);
    const json = JSON.stringify(value) as string | undefined;
    await this.store.use(async (place, marks) => {
      const { versions } = await place.driver.read(id, marks(this.marksOf(tags)));
      await write(place, id, json, { versions, lifeMs: seconds * 1000, costMs: 0 });
    });
  }

  /** Forgets what is kept; of what is computed at this moment only a tag knows. */
  async delete(key: CacheKey): Promise<void> {
    await this.store.change((driver) => driver.delete(this.idOf(key)));
  }

  /** Forgets everything with a tag, also what is being computed at this moment. */
  async invalidateTag(tag: string): Promise<void> {
    await this.store.change((driver) => driver.renew(this.marksOf([tag])));
  }

  /**
   * What is kept, or else what is computed; once for all that ask at the same time, as far as Redis reaches. Errors are
   * not kept. The value is always what JSON makes of it.
   *
   * @param compute must not depend on who asks beyond what the key says; its time is nobody's but its own
   * @throws what `compute` throws
   */
  async getOrCompute<T>(key: CacheKey, options: CacheOptions, compute: () => Promise<T>): Promise<T> {
    const id = this.idOf(key);
    const running = this.flights.get(id);
    if (running) {
      this.metrics.asked(this.name, 'joined');
      return valueOf(await running) as T;
    }
    return valueOf(await this.fly(id, () => this.find(id, options, compute))) as T;
  }

  private fly(id: string, work: () => Promise<string | undefined>): Promise<string | undefined> {
    const flight = work().finally(() => this.flights.delete(id));
    this.flights.set(id, flight);
    return flight;
  }

  private async find(
    id: string,
    options: CacheOptions,
    compute: () => Promise<unknown>,
  ): Promise<string | undefined> {
    const entry = await this.read(id, options.tags);
    this.metrics.asked(this.name, entry ? 'hit' : 'miss');
    if (!entry) return this.computeOnce(id, options, compute);
    // After this flight has landed: whoever comes meanwhile gets what is there.
    if (entry.shouldRefresh()) setImmediate(() => void this.refresh(id, options, compute));
    return entry.json;
  }

  private async refresh(id: string, options: CacheOptions, compute: () => Promise<unknown>): Promise<void> {
    if (this.refreshing.has(id)) return;
    this.refreshing.add(id);
    const unlock = await this.store.use(({ driver }) => driver.lock(id, LOCK_MS));
    try {
      if (!unlock) return;
      await this.compute(id, options, compute);
    } catch {
      // What is there holds until its end; who asks after it hears the error.
    } finally {
      this.refreshing.delete(id);
      await unlock?.();
    }
  }

  /** One instance computes and the others wait for it, though not for long. */
  private async computeOnce(
    id: string,
    options: CacheOptions,
    compute: () => Promise<unknown>,
  ): Promise<string | undefined> {
    for (const deadline = performance.now() + WAIT_MS; ; await sleep(withJitter(LOOK_MS))) {
      const unlock = await this.store.use(({ driver }) => driver.lock(id, LOCK_MS));
      try {
        // Whoever had the lock before may have written it.
        const entry = await this.read(id, options.tags);
        if (entry) return entry.json;
        if (unlock || performance.now() > deadline) return await this.compute(id, options, compute);
      } finally {
        await unlock?.();
      }
    }
  }

  /** The versions are those of before: what is invalidated meanwhile is over when it is written. */
  private async compute(
    id: string,
    { seconds, missSeconds = seconds, tags = [] }: CacheOptions,
    compute: () => Promise<unknown>,
  ): Promise<string | undefined> {
    const before = await this.store.use(async (place, marks) => ({
      place,
      versions: (await place.driver.read(id, marks(this.marksOf(tags)))).versions,
    }));
    const started = performance.now();
    const value = await compute();
    const json = JSON.stringify(value) as string | undefined;
    const lifeMs = (value === undefined || value === null ? missSeconds : seconds) * 1000;
    const { place, versions } = before;
    // Where the versions come from and nowhere else: they mean nothing to another driver.
    await write(place, id, json, { versions, lifeMs, costMs: performance.now() - started }).catch(
      () => undefined,
    );
    return json;
  }

  private read(id: string, tags: readonly string[] = []): Promise<CacheEntry | undefined> {
    return this.store.use(async ({ driver }, marks) => {
      const { entry, versions } = await driver.read(id, marks(this.marksOf(tags)));
      return CacheEntry.read(entry, versions);
    });
  }

  private marksOf(tags: readonly string[]): string[] {
    return tags.map((tag) => this.digest(['tag', tag]));
  }

  private idOf(key: CacheKey): string {
    return this.digest(['key', ...key.map((part) => part ?? null)]);
  }

  /** Nothing of a key is readable where it is kept, none is longer than another, and no project reaches into another. */
  private digest(parts: readonly unknown[]): string {
    const home = this.scope === 'project' ? [this.context.project] : [];
    const hash = createHash('sha256').update(JSON.stringify([this.scope, home, parts]));
    return `${this.name}:${hash.digest('base64url')}`;
  }
}

interface Making {
  versions: string[];
  lifeMs: number;
  costMs: number;
}

async function write(
  { driver, longestMs }: CachePlace,
  id: string,
  json: string | undefined,
  { versions, lifeMs, costMs }: Making,
): Promise<void> {
  const life = Math.min(lifeMs, longestMs);
  if (life <= 0 || (json?.length ?? 0) > MOST_CHARACTERS) return;
  await driver.write(id, CacheEntry.of(json, versions, life, costMs).text, life);
}

const valueOf = <T>(json: string | undefined): T | undefined =>
  json === undefined ? undefined : (JSON.parse(json) as T);
