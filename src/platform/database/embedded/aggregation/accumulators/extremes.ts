import type { Collation } from '../../types.js';
import { compareResults } from '../compare.js';
import type { Accumulator } from './accumulator.js';

/** `$min` and `$max`: `null` and missing do not count; `null` when nothing counted. */
export class Extreme implements Accumulator {
  private best: unknown = undefined;

  /** @param sign 1 keeps the greatest value, -1 the least */
  constructor(
    private readonly sign: 1 | -1,
    private readonly collation: Collation | undefined,
  ) {}

  add(value: unknown): number {
    if (value == null) return 0;
    if (this.best === undefined || this.sign * compareResults(value, this.best, this.collation) > 0) {
      this.best = value;
    }
    return 0;
  }

  result(): unknown {
    return this.best ?? null;
  }
}
