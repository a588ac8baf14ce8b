import { CommandError } from '../../errors.js';
import { asInt32, show } from '../values.js';

/**
 * The optional bounds of `$indexOfArray`, `$indexOfBytes` and `$indexOfCP`: the third argument is where the search
 * starts, the fourth where it ends.
 */
export function nonNegativeIndex(
  values: readonly unknown[],
  position: 2 | 3,
  absent: number,
  name: string,
): number {
  if (values.length <= position) return absent;
  const what = position === 2 ? 'starting index' : 'ending index';
  const index = asInt32(values[position]);
  if (index === undefined) {
    throw new CommandError(40096, `${name} requires an integral ${what}, found: ${show(values[position])}`);
  }
  if (index < 0) throw new CommandError(40097, `${name} requires a nonnegative ${what}, found: ${index}`);
  return index;
}
