import type { Collation } from '../../types.js';
import { compareResults } from '../compare.js';
import { approximateBytes } from '../memory.js';
import type { Accumulator } from './accumulator.js';

/**
 * `$min` and `$max`: `null` and missing do not count; `null` when nothing counted. The memory counts as the
 * greatest a kept value ever took.
 */
export class Extreme implements Accumulator {
  private best: unknown = undefined;
  private bytes = 0;

  /** @param sign 1 keeps the greatest value, -1 the least */
  constructor(
    private readonly sign: 1 | -1,
    private readonly collation: Collation | undefined,
  ) {}

  add(value: unknown): number {
    if (value == null) return 0;
    if (this.best !== undefined && this.sign * compareResults(value, this.best, this.collation) <= 0) {
      return 0;
    }
    this.best = value;
    const more = Math.max(approximateBytes(value) - this.bytes, 0);
    this.bytes += more;
    return more;
  }

  result(): unknown {
    return this.best ?? null;
  }
}
