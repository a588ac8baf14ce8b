import { CoglexError } from '../../../platform/errors/coglex-error.js';

/** A number of places, and a queue before them that is bounded as well. */
export class Slots {
  private taken = 0;
  private readonly queue: (() => void)[] = [];

  constructor(
    private readonly places: number,
    private readonly waiting: number,
  ) {}

  /** Places that are free now. */
  get free(): number {
    return this.queue.length > 0 ? 0 : this.places - this.taken;
  }

  /**
   * Does work in a place of its own.
   *
   * @throws CoglexError `too_many_requests` when the queue is full
   */
  async use<T>(work: () => Promise<T>): Promise<T> {
    await this.take();
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.taken -= 1;
    }
  }

  private async take(): Promise<void> {
    if (this.taken < this.places) {
      this.taken += 1;
      return;
    }
    if (this.queue.length >= this.waiting)
      throw new CoglexError('too_many_requests', {
        detail: 'All places for running code are taken. Try again soon.',
        headers: { 'Retry-After': '1' },
      });
    // The place is handed on by the one that leaves it.
    await new Promise<void>((resolve) => this.queue.push(resolve));
  }
}
