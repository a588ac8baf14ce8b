import { Decimal128, Double } from 'bson';
import type { Decimal } from './decimal.js';
import { compareDecimals, compareDecimalToDouble, fromBigInt, unpack } from './decimal.js';
import type { BsonNumber } from './numbers.js';

/** Compares numbers of any types exactly; NaN is equal to NaN and below all others. */
export function compareNumbers(left: BsonNumber, right: BsonNumber): number {
  const a = left instanceof Double ? left.value : left;
  const b = right instanceof Double ? right.value : right;
  if (a instanceof Decimal128) return compareDecimalTo(unpack(a), b);
  if (b instanceof Decimal128) return 0 - compareDecimalTo(unpack(b), a);
  // JavaScript compares a bigint with a double exactly.
  if (a < b) return -1;
  if (a > b) return 1;
  return asNaN(b) - asNaN(a);
}

function compareDecimalTo(left: Decimal, right: number | bigint | Decimal128): number {
  const other = right instanceof Decimal128 ? unpack(right) : right;
  const rightIsNaN = typeof other === 'object' ? other.kind === 'nan' : Number.isNaN(other);
  if (left.kind === 'nan' || rightIsNaN) return Number(rightIsNaN) - Number(left.kind === 'nan');
  if (typeof other === 'object') return compareDecimals(left, other);
  if (typeof other === 'bigint') return compareDecimals(left, fromBigInt(other));
  return compareDecimalToDouble(left, other);
}

/** 1 for NaN, else 0. */
function asNaN(value: number | bigint): number {
  return value !== value ? 1 : 0;
}
