import { BSONRegExp, MaxKey, MinKey } from 'bson';
import { compareStrings } from '../bson/compare-strings.js';
import { compareWith } from '../bson/compare.js';
import { isNaNValue } from '../bson/numbers.js';
import { bsonType } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { ValueTest } from './field-test.js';
import type { Scope } from './scope.js';

/** Equality as `{field: value}` and `$eq` test it; `null` also equals a missing value. */
export function equalTo(operand: unknown, scope: Scope): ValueTest {
  if (operand == null) return (value) => value == null;
  if (typeof operand === 'boolean') return (value) => value === operand;
  const { strings } = scope;
  const general: ValueTest = (value) => value != null && compareWith(value, operand, strings) === 0;
  if (typeof operand === 'number' && !Number.isNaN(operand)) {
    return (value) => (typeof value === 'number' ? value === operand : general(value));
  }
  if (typeof operand === 'string' && !scope.collated) {
    return (value) => value === operand || (typeof value === 'object' && general(value));
  }
  return general;
}

/** The ordering operators: what sign of `value - operand` they accept. */
export const ORDERINGS = {
  $gt: { below: false, equal: false, above: true },
  $gte: { below: false, equal: true, above: true },
  $lt: { below: true, equal: false, above: false },
  $lte: { below: true, equal: true, above: false },
} as const satisfies Record<string, Ordering>;

interface Ordering {
  readonly below: boolean;
  readonly equal: boolean;
  readonly above: boolean;
}

/**
 * Tests the order of values of the operand's class; values of other classes never match. Only MinKey and MaxKey are
 * compared with everything.
 *
 * @throws CommandError `BadValue` for a regular expression
 */
export function ordered(ordering: Ordering, operand: unknown, scope: Scope): ValueTest {
  if (operand instanceof BSONRegExp) {
    throw new CommandError('BadValue', "Can't have RegEx as arg to predicate over field");
  }
  const { below, equal, above } = ordering;
  const { strings } = scope;
  if (operand == null) return (value) => equal && value == null;
  if (isNaNValue(operand)) return (value) => equal && isNaNValue(value);

  const accepts = (order: number): boolean => (order < 0 ? below : order > 0 ? above : equal);
  if (operand instanceof MinKey || operand instanceof MaxKey) {
    return (value) => accepts(compareWith(value, operand, strings));
  }
  const { order: operandClass } = bsonType(operand);
  const general: ValueTest = (value) =>
    bsonType(value).order === operandClass &&
    !isNaNValue(value) &&
    accepts(compareWith(value, operand, strings));
  if (typeof operand === 'number') return withFastNumbers(operand, ordering, general);
  if (typeof operand === 'string' && !scope.collated) {
    return (value) => (typeof value === 'string' ? accepts(compareStrings(value, operand)) : general(value));
  }
  if (operand instanceof Date) {
    const fast = withFastNumbers(operand.getTime(), ordering, general);
    return (value) => (value instanceof Date ? fast(value.getTime()) : general(value));
  }
  return general;
}

function withFastNumbers(operand: number, { below, equal }: Ordering, general: ValueTest): ValueTest {
  if (below) {
    return equal
      ? (value) => (typeof value === 'number' ? value <= operand : general(value))
      : (value) => (typeof value === 'number' ? value < operand : general(value));
  }
  return equal
    ? (value) => (typeof value === 'number' ? value >= operand : general(value))
    : (value) => (typeof value === 'number' ? value > operand : general(value));
}
