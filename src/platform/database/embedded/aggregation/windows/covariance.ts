import { isNumeric, makeDouble, toDouble } from '../../bson/numbers.js';
import type { Accumulator } from '../accumulators/accumulator.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';

/** `$covariancePop` and `$covarianceSamp` of pairs `[x, y]`; what is no pair of numbers does not count. */
export function covariance(
  argument: unknown,
  sample: boolean,
  scope: Scope,
): { input: Expression; start: () => Accumulator } {
  return { input: compile(argument, scope), start: () => new Covariance(sample) };
}

class Covariance implements Accumulator {
  private count = 0;
  private meanX = 0;
  private meanY = 0;
  private moment = 0;

  constructor(private readonly sample: boolean) {}

  add(pair: unknown): number {
    if (!Array.isArray(pair) || pair.length !== 2) return 0;
    const [x, y] = pair as [unknown, unknown];
    if (!isNumeric(x) || !isNumeric(y)) return 0;
    this.count++;
    const deltaX = toDouble(x) - this.meanX;
    this.meanX += deltaX / this.count;
    this.meanY += (toDouble(y) - this.meanY) / this.count;
    this.moment += deltaX * (toDouble(y) - this.meanY);
    return 0;
  }

  result(): unknown {
    const divisor = this.sample ? this.count - 1 : this.count;
    return divisor <= 0 ? null : makeDouble(this.moment / divisor);
  }
}
