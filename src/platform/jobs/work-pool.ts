/** Where a pool gets its work from, and how it is done. */
export interface WorkSource<T> {
  /** Most pieces at once. */
  size: number;
  /** Takes one piece for this instance alone; `undefined` when there is none. */
  take: () => Promise<T | undefined>;
  /** Must not reject. @param signal aborted when the server stops */
  work: (item: T, signal: AbortSignal) => Promise<void>;
}

/**
 * Does pieces of work side by side, as long as there are any. A piece that takes long holds up no other; whoever
 * has put something in calls {@link fill}.
 */
export class WorkPool<T> {
  private readonly abort = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private filling: Promise<void> = Promise.resolve();
  private isFilling = false;
  private again = false;

  constructor(private readonly source: WorkSource<T>) {}

  /** Takes work until there is none, or no room. @throws what taking throws */
  async fill(): Promise<void> {
    this.again = true;
    if (!this.isFilling) this.filling = this.takeAll();
    await this.filling;
  }

  /** Ends the work under way, and waits for it. */
  async stop(): Promise<void> {
    this.abort.abort();
    await this.filling.catch(() => undefined);
    await Promise.all(this.running);
  }

  private async takeAll(): Promise<void> {
    this.isFilling = true;
    try {
      while (this.again && !this.abort.signal.aborted && this.running.size < this.source.size) {
        this.again = false;
        const item = await this.source.take();
        if (item === undefined) continue;
        this.again = true;
        this.begin(item);
      }
    } finally {
      this.isFilling = false;
    }
  }

  private begin(item: T): void {
    const work = this.source.work(item, this.abort.signal).finally(() => {
      this.running.delete(work);
      // A source that fails now is asked again by the job that fills the pool.
      if (!this.abort.signal.aborted) this.fill().catch(() => undefined);
    });
    this.running.add(work);
  }
}
