import { CommandError } from '../errors.js';

export const DEFAULT_MEMORY_PER_QUERY = 100 * 2 ** 20;

/** What one command may hold in memory at a time, in bytes. */
export class MemoryBudget {
  private used = 0;

  constructor(private readonly limit = DEFAULT_MEMORY_PER_QUERY) {}

  /** @throws CommandError QueryExceededMemoryLimitNoDiskUseAllowed */
  charge(bytes: number): void {
    this.used += bytes;
    if (this.used > this.limit)
      throw new CommandError(
        'QueryExceededMemoryLimitNoDiskUseAllowed',
        `The operation holds more than ${this.limit} bytes in memory; add an index or a limit`,
      );
  }

  release(bytes: number): void {
    this.used -= bytes;
  }
}
