/** How long a value is given out before it is found out again, in milliseconds. */
const FRESH_MS = 2000;

/** From when on an old value says nothing any more, in milliseconds. */
const STALE_MS = 60_000;

/** Longest that a scrape waits for a new value, in milliseconds; after that it shows the last one. */
const PATIENCE_MS = 20;

/**
 * A value behind a scrape that somebody else has to be asked for, such as the length of a queue. It is found out once at
 * a time and not at every scrape; while it cannot be found out, a scrape is neither held up nor does it fail.
 */
export class Sampled<T> {
  private last?: { value: T; at: number };
  private running?: Promise<void>;

  constructor(private readonly find: () => Promise<T>) {}

  /** @returns `undefined` while there is no value, or only one that is too old */
  async get(): Promise<T | undefined> {
    if (this.age() > FRESH_MS) await this.refreshed();
    return this.age() > STALE_MS ? undefined : this.last?.value;
  }

  private async refreshed(): Promise<void> {
    this.running ??= this.refresh().finally(() => (this.running = undefined));
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([this.running, enough]);
    clearTimeout(timer);
  }

  private async refresh(): Promise<void> {
    try {
      this.last = { value: await this.find(), at: performance.now() };
    } catch {
      // The last value stays until it is too old. That the other is away is told elsewhere.
    }
  }

  private age(): number {
    return this.last ? performance.now() - this.last.at : Infinity;
  }
}
