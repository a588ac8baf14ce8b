import { Decimal128, Double } from 'bson';
import { absoluteDecimal } from '../../bson/decimal-arithmetic.js';
import { pack, unpack } from '../../bson/decimal.js';
import {
  add,
  divide,
  INT64_MIN,
  isNumeric,
  isZero,
  makeDouble,
  makeInteger,
  mod,
  multiply,
  numericType,
  subtract,
  toDecimal,
  toDouble,
  toExactLong,
} from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { isInt32 } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { powerDecimal } from '../decimal/functions.js';
import { typeName } from '../values.js';
import { binary, unary, variadic } from './arguments.js';
import type { Operator, OperatorFamily } from './arguments.js';

/** Dates live in JavaScript's range, ±8.64e15 ms around the epoch. */
function makeDate(milliseconds: BsonNumber, name: string): Date {
  const instant = Math.round(toDouble(milliseconds));
  if (!(Math.abs(instant) <= 8.64e15)) throw new CommandError('Overflow', `date overflow in ${name}`);
  return new Date(instant);
}

const addOperator = variadic((list) => (root) => {
  let sum: BsonNumber = 0;
  let dated = false;
  let long = false;
  for (const operand of list) {
    const value = operand(root);
    if (value == null) return null;
    if (value instanceof Date) {
      if (dated) throw new CommandError(16612, 'only one date allowed in an $add expression');
      dated = true;
      sum = add(sum, BigInt(value.getTime()));
    } else {
      if (!isNumeric(value)) {
        throw new CommandError(
          'TypeMismatch',
          `$add only supports numeric or date types, not ${typeName(value)}`,
        );
      }
      long ||= typeof value === 'bigint';
      sum = add(sum, value);
    }
  }
  return dated ? makeDate(sum, '$add') : narrowed(sum, long);
});

/** Ints whose intermediate results needed an int64 still make an int when their result fits. */
function narrowed(result: BsonNumber, long: boolean): BsonNumber {
  return typeof result === 'bigint' && !long ? makeInteger(result) : result;
}

const multiplyOperator = variadic((list) => (root) => {
  let product: BsonNumber = 1;
  let long = false;
  for (const operand of list) {
    const value = operand(root);
    if (value == null) return null;
    if (!isNumeric(value)) {
      throw new CommandError('TypeMismatch', `$multiply only supports numeric types, not ${typeName(value)}`);
    }
    long ||= typeof value === 'bigint';
    product = multiply(product, value);
  }
  return narrowed(product, long);
});

const subtractOperator = binary((left, right) => {
  if (isNumeric(left) && isNumeric(right)) return subtract(left, right);
  if (left == null || right == null) return null;
  if (left instanceof Date) {
    if (right instanceof Date) return BigInt(left.getTime() - right.getTime());
    if (isNumeric(right)) return makeDate(subtract(BigInt(left.getTime()), right), '$subtract');
  }
  throw new CommandError('TypeMismatch', `can't $subtract ${typeName(right)} from ${typeName(left)}`);
});

const divideOperator = binary((left, right) => {
  if (isNumeric(left) && isNumeric(right)) return divide(left, right);
  if (left == null || right == null) return null;
  throw new CommandError(
    'TypeMismatch',
    `$divide only supports numeric types, not ${typeName(left)} and ${typeName(right)}`,
  );
});

const modOperator = binary((left, right) => {
  if (isNumeric(left) && isNumeric(right)) return remainder(left, right);
  if (left == null || right == null) return null;
  throw new CommandError(
    16611,
    `$mod only supports numeric types, not ${typeName(left)} and ${typeName(right)}`,
  );
});

function remainder(left: BsonNumber, right: BsonNumber): BsonNumber {
  if ((left instanceof Decimal128 || right instanceof Decimal128) && isZero(right)) {
    throw new CommandError(5733415, "can't $mod by zero");
  }
  // An integer modulo a double of integral value stays an integer.
  const integral = right instanceof Double && numericType(left) !== 'double' ? right.value : right;
  return mod(left, integral);
}

/** An operator of one number; `null` in, `null` out. */
export function numeric(apply: (value: BsonNumber, name: string) => unknown): Operator {
  return unary((value, _scope, name) => {
    if (value == null) return null;
    if (!isNumeric(value)) {
      throw new CommandError(28765, `${name} only supports numeric types, not ${typeName(value)}`);
    }
    return apply(value, name);
  });
}

const absolute = numeric((value) => {
  if (typeof value === 'bigint') {
    if (value === INT64_MIN) throw new CommandError(28680, "can't take $abs of long long min");
    return value < 0n ? -value : value;
  }
  if (value instanceof Decimal128) return pack(absoluteDecimal(unpack(value)));
  if (typeof value === 'number' && isInt32(value)) return makeInteger(BigInt(Math.abs(value)));
  return makeDouble(Math.abs(toDouble(value)));
});

const power = binary((base, exponent) => {
  if (base == null || exponent == null) return null;
  if (!isNumeric(base)) throw new CommandError(28762, `$pow's base must be numeric, not ${typeName(base)}`);
  if (!isNumeric(exponent)) {
    throw new CommandError(28763, `$pow's exponent must be numeric, not ${typeName(exponent)}`);
  }
  if (isZero(base) && toDouble(exponent) < 0) {
    throw new CommandError(28764, '$pow cannot take a base of 0 and a negative exponent');
  }
  if (base instanceof Decimal128 || exponent instanceof Decimal128) {
    return pack(powerDecimal(toDecimal(base), toDecimal(exponent)));
  }
  const types = [numericType(base), numericType(exponent)];
  if (types.includes('double')) return makeDouble(toDouble(base) ** toDouble(exponent));
  const result = integerPower(BigInt(toExactLong(base) ?? 0n), BigInt(toExactLong(exponent) ?? 0n));
  if (result === undefined) return makeDouble(toDouble(base) ** toDouble(exponent));
  return types.includes('long') ? result : makeInteger(result);
});

/** The power when it is an int64. */
function integerPower(base: bigint, exponent: bigint): bigint | undefined {
  if (base === 1n) return 1n;
  if (base === -1n) return exponent % 2n === 0n ? 1n : -1n;
  if (exponent < 0n) return undefined;
  if (base === 0n) return exponent === 0n ? 1n : 0n;
  if (exponent > 63n) return undefined;
  const result = base ** exponent;
  return BigInt.asIntN(64, result) === result ? result : undefined;
}

export const arithmeticOperators: OperatorFamily = [
  ['$add', addOperator],
  ['$subtract', subtractOperator],
  ['$multiply', multiplyOperator],
  ['$divide', divideOperator],
  ['$mod', modOperator],
  ['$abs', absolute],
  ['$pow', power],
];
