import { isNumeric, toDouble, toExactLong } from '../../bson/numbers.js';
import { CommandError } from '../../errors.js';
import { show } from '../values.js';

/** The `n` of `$firstN`, `$topN` and their kin. */
export function countArgument(value: unknown): number {
  if (!isNumeric(value)) {
    throw new CommandError(5787902, `Value for 'n' must be of integral type, but found ${show(value)}`);
  }
  const n = toExactLong(value);
  if (n === undefined || Number(n) !== toDouble(value)) {
    throw new CommandError(5787903, `Value for 'n' must be of integral type, but found ${show(value)}`);
  }
  if (n <= 0n) throw new CommandError(5787908, `'n' must be greater than 0, found ${n}`);
  return Number(n);
}
