import { AsyncResource } from 'node:async_hooks';

/** Longest time that a timer can wait, in milliseconds; what is later is waited for in pieces. */
const LONGEST_TIMER_MS = 3_600_000;

/** Why a loop runs now. */
export type LoopCause = 'clock' | 'queue' | 'woken' | 'operator';

/** Calls something again and again, never twice at once. */
export class JobLoop {
  private readonly abort = new AbortController();
  private timer?: NodeJS.Timeout;
  private current?: Promise<void>;
  private again = false;
  private cause: LoopCause = 'clock';
  /** Where the loop was made: what it does is neither of the request nor of the project that wakes it. */
  private readonly origin = new AsyncResource('JobLoop');

  /**
   * @param pauseMs time between the end of a run and the next; asked after each run
   * @param run must not reject; learns what had it run
   */
  constructor(
    private readonly pauseMs: () => number,
    private readonly run: (signal: AbortSignal, cause: LoopCause) => Promise<void>,
  ) {}

  /** Whether it runs at this moment. */
  get running(): boolean {
    return this.current !== undefined;
  }

  /** The first run comes at a random moment, so that instances that start together do not go in step. */
  start(): void {
    this.schedule(Math.random() * Math.min(this.pauseMs(), 1000));
  }

  /** Runs now, or once more after the run that is under way. */
  wake(cause: LoopCause = 'woken'): void {
    if (this.current) this.again = true;
    else if (this.timer) this.hurry(cause);
  }

  /** Runs now, unless it does already. */
  nudge(cause: LoopCause): void {
    if (!this.current && this.timer) this.hurry(cause);
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
    const rest = delayMs - LONGEST_TIMER_MS;
    // The timer alone must not keep a process alive that has nothing else to do.
    this.timer = this.origin.runInAsyncScope(() =>
      (rest > 0
        ? setTimeout(() => this.schedule(rest), LONGEST_TIMER_MS)
        : setTimeout(() => this.begin(), delayMs)
      ).unref(),
    );
  }

  private hurry(cause: LoopCause): void {
    // That there is something to do outweighs that it is due.
    if (this.cause === 'clock' || this.cause === 'queue') this.cause = cause;
    this.schedule(0);
  }

  private begin(): void {
    const { cause } = this;
    this.again = false;
    this.cause = 'clock';
    this.current = this.run(this.abort.signal, cause).finally(() => {
      this.current = undefined;
      if (this.again) this.hurry('woken');
      else this.schedule(this.pauseMs());
    });
  }
}
