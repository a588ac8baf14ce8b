import { Decimal128, Double } from 'bson';
import { CommandError } from '../errors.js';
import {
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  remainderDecimals,
  subtractDecimals,
} from './decimal-arithmetic.js';
import type { Decimal } from './decimal.js';
import { fromBigInt, fromDouble, pack, signOf, toNumber, unpack } from './decimal.js';
import { isInt32 } from './types.js';

/** A number of any BSON type, as documents hold it. */
export type BsonNumber = number | bigint | Double | Decimal128;

export type NumericType = 'int' | 'long' | 'double' | 'decimal';

export const INT64_MIN = -(2n ** 63n);
export const INT64_MAX = 2n ** 63n - 1n;

export function isNumeric(value: unknown): value is BsonNumber {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Double ||
    value instanceof Decimal128
  );
}

export function numericType(value: BsonNumber): NumericType {
  if (typeof value === 'number') return isInt32(value) ? 'int' : 'double';
  if (typeof value === 'bigint') return 'long';
  return value instanceof Double ? 'double' : 'decimal';
}

/** A double as documents hold it: wrapped when its bare value would mean an int32. */
export function makeDouble(value: number): number | Double {
  return isInt32(value) ? new Double(value) : value;
}

/** An integer as the smallest of int32, int64 and double that can hold it. */
export function makeInteger(value: bigint): BsonNumber {
  if (value >= -0x80000000n && value <= 0x7fffffffn) return Number(value);
  return fitsInt64(value) ? value : makeDouble(Number(value));
}

export function fitsInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** The nearest double. */
export function toDouble(value: BsonNumber): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Double ? value.value : toNumber(unpack(value));
}

/** The value for decimal arithmetic; doubles are rounded to 15 digits as MongoDB does. */
export function toDecimal(value: BsonNumber): Decimal {
  if (value instanceof Decimal128) return unpack(value);
  if (typeof value === 'bigint') return fromBigInt(value);
  const number = typeof value === 'number' ? value : value.value;
  return typeof value === 'number' && isInt32(value) ? fromBigInt(BigInt(number)) : fromDouble(number);
}

/** The int64 that a number stands for, or `undefined` when it has a fraction, is too large or is no number. */
export function toExactLong(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (value instanceof Decimal128) return decimalToLong(unpack(value));
  const number = value instanceof Double ? value.value : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  const integer = BigInt(number);
  return fitsInt64(integer) ? integer : undefined;
}

function decimalToLong(value: Decimal): bigint | undefined {
  if (value.kind !== 'finite') return undefined;
  if (value.coefficient === 0n) return 0n;
  if (value.exponent > 19 || value.exponent < -34) return undefined;
  let magnitude = value.coefficient;
  if (value.exponent >= 0) magnitude *= 10n ** BigInt(value.exponent);
  else {
    const scale = 10n ** BigInt(-value.exponent);
    if (magnitude % scale !== 0n) return undefined;
    magnitude /= scale;
  }
  const integer = value.negative ? -magnitude : magnitude;
  return fitsInt64(integer) ? integer : undefined;
}

export function isNaNValue(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value);
  if (value instanceof Double) return Number.isNaN(value.value);
  return value instanceof Decimal128 && unpack(value).kind === 'nan';
}

export function isZero(value: BsonNumber): boolean {
  if (value instanceof Decimal128) return signOf(unpack(value)) === 0;
  return typeof value === 'bigint' ? value === 0n : Number(value) === 0;
}

interface Operation {
  integers(left: bigint, right: bigint): bigint;
  doubles(left: number, right: number): number;
  decimals(left: Decimal, right: Decimal): Decimal;
}

const ADD: Operation = { integers: (a, b) => a + b, doubles: (a, b) => a + b, decimals: addDecimals };
const SUBTRACT: Operation = {
  integers: (a, b) => a - b,
  doubles: (a, b) => a - b,
  decimals: subtractDecimals,
};
const MULTIPLY: Operation = {
  integers: (a, b) => a * b,
  doubles: (a, b) => a * b,
  decimals: multiplyDecimals,
};

/** The sum in the wider type of both; int32 grows to int64, an int64 that overflows becomes a double. */
export function add(left: BsonNumber, right: BsonNumber): BsonNumber {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    // Also right for doubles: a sum with a fraction came from a double, as did one of no int32 operands.
    if (isInt32(left) && isInt32(right)) return isInt32(sum) ? sum : BigInt(sum);
    return makeDouble(sum);
  }
  return calculate(ADD, left, right);
}

export function subtract(left: BsonNumber, right: BsonNumber): BsonNumber {
  return calculate(SUBTRACT, left, right);
}

export function multiply(left: BsonNumber, right: BsonNumber): BsonNumber {
  return calculate(MULTIPLY, left, right);
}

/** The operations that updates use: an int64 that overflows has no result. */
export function addExact(left: BsonNumber, right: BsonNumber): BsonNumber | undefined {
  return overflows(ADD, left, right) ? undefined : add(left, right);
}

export function multiplyExact(left: BsonNumber, right: BsonNumber): BsonNumber | undefined {
  return overflows(MULTIPLY, left, right) ? undefined : multiply(left, right);
}

function overflows(operation: Operation, left: BsonNumber, right: BsonNumber): boolean {
  const type = widerType(left, right);
  return (
    (type === 'int' || type === 'long') && !fitsInt64(operation.integers(asBigInt(left), asBigInt(right)))
  );
}

function calculate(operation: Operation, left: BsonNumber, right: BsonNumber): BsonNumber {
  const type = widerType(left, right);
  if (type === 'decimal') return pack(operation.decimals(toDecimal(left), toDecimal(right)));
  if (type === 'double') return makeDouble(operation.doubles(toDouble(left), toDouble(right)));
  const result = operation.integers(asBigInt(left), asBigInt(right));
  if (!fitsInt64(result)) return makeDouble(operation.doubles(toDouble(left), toDouble(right)));
  return type === 'int' ? makeInteger(result) : result;
}

/** Callers know that the value is an int32 or int64. */
function asBigInt(value: BsonNumber): bigint {
  return typeof value === 'bigint' ? value : BigInt(toDouble(value));
}

const WIDTHS: readonly NumericType[] = ['int', 'long', 'double', 'decimal'];

/** The type of a result of both. */
export function widerType(left: BsonNumber, right: BsonNumber): NumericType {
  const a = numericType(left);
  const b = numericType(right);
  return WIDTHS.indexOf(a) >= WIDTHS.indexOf(b) ? a : b;
}

/**
 * The quotient, a decimal when one operand is and else a double.
 *
 * @throws CommandError `BadValue` for a zero divisor
 */
export function divide(left: BsonNumber, right: BsonNumber): BsonNumber {
  if (isZero(right)) throw new CommandError('BadValue', "can't $divide by zero");
  if (widerType(left, right) === 'decimal') return pack(divideDecimals(toDecimal(left), toDecimal(right)));
  return makeDouble(toDouble(left) / toDouble(right));
}

/**
 * The remainder with the sign of the dividend, in the wider type of both.
 *
 * @throws CommandError 16610 for a zero divisor
 */
export function mod(left: BsonNumber, right: BsonNumber): BsonNumber {
  if (isZero(right)) throw new CommandError(16610, "can't $mod by zero");
  const type = widerType(left, right);
  if (type === 'decimal') return pack(remainderDecimals(toDecimal(left), toDecimal(right)));
  if (type === 'double') return makeDouble(toDouble(left) % toDouble(right));
  const result = asBigInt(left) % asBigInt(right);
  return type === 'int' ? Number(result) : result;
}
