import { isNumeric, toDouble, makeDouble } from '../../bson/numbers.js';
import type { Accumulator } from './accumulator.js';

/** `$stdDevPop` and `$stdDevSamp` by Welford's method; values that are no numbers do not count. */
export class Deviation implements Accumulator {
  private count = 0;
  private mean = 0;
  private squares = 0;

  constructor(private readonly sample: boolean) {}

  add(value: unknown): number {
    if (!isNumeric(value)) return 0;
    const number = toDouble(value);
    this.count++;
    const delta = number - this.mean;
    this.mean += delta / this.count;
    this.squares += delta * (number - this.mean);
    return 0;
  }

  result(): unknown {
    const divisor = this.sample ? this.count - 1 : this.count;
    return divisor <= 0 ? null : makeDouble(Math.sqrt(this.squares / divisor));
  }
}
