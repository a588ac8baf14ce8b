import { CoglexError } from '../../../platform/errors/coglex-error.js';

/** Ends a provider's call when it takes too long, or when nobody waits for it any more. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly onClientGone = () => this.controller.abort();
  private readonly ends: number;
  private timer?: NodeJS.Timeout;
  private expired = false;

  /**
   * @param client aborted when the client has gone
   * @param ms time that is left; for a stream, until its next piece
   * @param wholeMs time for all pieces of a stream
   */
  constructor(
    private readonly client: AbortSignal,
    private readonly ms: number,
    wholeMs = ms,
  ) {
    this.ends = performance.now() + wholeMs;
    if (client.aborted) this.controller.abort();
    else client.addEventListener('abort', this.onClientGone, { once: true });
    this.restart();
  }

  /** For the provider's call. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Gives the time for another piece. */
  restart(): void {
    this.schedule(this.ms);
  }

  /** Only the time for the whole runs on: a client that reads slowly is not the provider's fault. */
  pause(): void {
    this.schedule(Infinity);
  }

  /** Why a call failed: it was ended from here, whatever it says itself, or it failed by itself. */
  reason(error: unknown): unknown {
    if (this.client.aborted) return new CoglexError('client_gone');
    if (this.expired)
      return new CoglexError('provider_timeout', { detail: 'The model did not answer in time.' });
    return error;
  }

  /** Must be called at the end, whatever happened; it ends what may still be under way. */
  close(): void {
    this.release();
    this.controller.abort();
  }

  /** The same of a call that has come to its own end: there is nothing to be ended, and that costs time. */
  release(): void {
    clearTimeout(this.timer);
    this.client.removeEventListener('abort', this.onClientGone);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    const left = Math.max(0, this.ends - performance.now());
    this.timer = setTimeout(
      () => {
        this.expired = true;
        this.controller.abort();
      },
      Math.min(ms, left),
    );
  }
}
