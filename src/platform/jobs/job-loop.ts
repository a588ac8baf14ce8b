/** Calls something again and again, never twice at once. */
export class JobLoop {
  private readonly abort = new AbortController();
  private timer?: NodeJS.Timeout;
  private current?: Promise<void>;
  private again = false;
  private woken = false;

  /**
   * @param everyMs time between the end of a run and the next
   * @param run must not reject; learns whether it was woken before its time
   */
  constructor(
    private readonly everyMs: number,
    private readonly run: (signal: AbortSignal, woken: boolean) => Promise<void>,
  ) {}

  /** The first run comes at a random moment, so that instances that start together do not go in step. */
  start(): void {
    this.schedule(Math.random() * Math.min(this.everyMs, 1000));
  }

  /** Runs now, or once more after the run that is under way. */
  wake(): void {
    if (this.current) this.again = true;
    else if (this.timer) this.hurry();
  }

  /** Ends the loop, and waits for the run under way. */
  async stop(): Promise<void> {
    this.abort.abort();
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.current;
  }

  private schedule(delayMs: number): void {
    if (this.abort.signal.aborted) return;
    clearTimeout(this.timer);
    // The timer alone must not keep a process alive that has nothing else to do.
    this.timer = setTimeout(() => this.begin(), delayMs).unref();
  }

  private hurry(): void {
    this.woken = true;
    this.schedule(0);
  }

  private begin(): void {
    const { woken } = this;
    this.again = false;
    this.woken = false;
    this.current = this.run(this.abort.signal, woken).finally(() => {
      this.current = undefined;
      if (this.again) this.hurry();
      else this.schedule(this.everyMs);
    });
  }
}
