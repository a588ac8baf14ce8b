import { Decimal128, Double } from 'bson';
import type { Decimal } from './decimal.js';
import { compareDecimalToDouble, digitCount, fromBigInt, signOf, toNumber, unpack } from './decimal.js';
import type { BsonNumber } from './numbers.js';

const view = new DataView(new ArrayBuffer(8));

/** A double nearest to a number from below, and the number itself where the double is not exact. */
export interface NumberKey {
  readonly floor: number;
  readonly rest: Decimal | undefined;
}

/**
 * Splits a number of any type for its index key: most numbers are doubles and need nothing else; int64 and Decimal128
 * values between two doubles follow the lower one and are ordered among themselves by their decimal digits.
 */
export function numberKey(value: BsonNumber): NumberKey {
  if (typeof value === 'number') return { floor: value, rest: undefined };
  if (value instanceof Double) return { floor: value.value, rest: undefined };
  return value instanceof Decimal128 ? decimalKey(unpack(value)) : longKey(value);
}

function longKey(value: bigint): NumberKey {
  const nearest = Number(value);
  const exact = BigInt(nearest);
  if (exact === value) return { floor: nearest, rest: undefined };
  return { floor: exact < value ? nearest : doubleBelow(nearest), rest: fromBigInt(value) };
}

function decimalKey(value: Decimal): NumberKey {
  const nearest = toNumber(value);
  if (value.kind !== 'finite') return { floor: nearest, rest: undefined };
  const order = compareDecimalToDouble(value, nearest);
  if (order === 0) return { floor: nearest, rest: undefined };
  return { floor: order > 0 ? nearest : doubleBelow(nearest), rest: value };
}

function doubleBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, value > 0 ? bits - 1n : bits + 1n);
  return view.getFloat64(0);
}

/** Writes eight bytes that order as the doubles do, NaN first; the two zeros are one. */
export function writeDouble(value: number, target: Uint8Array, at: number): void {
  if (value !== value) {
    target.fill(0, at, at + 8);
    return;
  }
  view.setFloat64(0, value === 0 ? 0 : value);
  const high = view.getUint32(0);
  const flip = high >>> 31 === 1 ? 0xff : 0;
  for (let index = 0; index < 8; index++) target[at + index] = view.getUint8(index) ^ flip;
  if (flip === 0) target[at] = target[at] | 0x80;
}

/**
 * The bytes of a finite decimal in order of value: sign, decimal exponent, then two digits a byte, all inverted for
 * negative values. No digit byte is zero, so that the closing zero makes shorter digits sort first.
 */
export function decimalBytes(value: Decimal): Uint8Array {
  const digits = value.coefficient.toString().replace(/0+$/, '');
  const pairs = Math.ceil(digits.length / 2);
  const bytes = new Uint8Array(pairs + 4);
  const top = digitCount(value.coefficient) + value.exponent + 0x4000;
  bytes[1] = top >> 8;
  bytes[2] = top & 0xff;
  for (let pair = 0; pair < pairs; pair++) {
    bytes[pair + 3] = Number(digits.slice(pair * 2, pair * 2 + 2).padEnd(2, '0')) + 1;
  }
  const negative = signOf(value) < 0;
  if (negative) for (let index = 1; index < bytes.length; index++) bytes[index] = bytes[index] ^ 0xff;
  bytes[0] = negative ? 1 : 2;
  return bytes;
}
