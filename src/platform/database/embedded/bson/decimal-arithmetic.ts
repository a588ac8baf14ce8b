import type { Decimal } from './decimal.js';
import { DECIMAL_NAN, digitCount, infinity, PRECISION, powerOfTen, round, signOf } from './decimal.js';

export function negateDecimal(value: Decimal): Decimal {
  return value.kind === 'nan' ? value : { ...value, negative: !value.negative };
}

export function absoluteDecimal(value: Decimal): Decimal {
  return { ...value, negative: false };
}

export function addDecimals(left: Decimal, right: Decimal): Decimal {
  if (left.kind !== 'finite' || right.kind !== 'finite') return addSpecial(left, right);
  if (left.coefficient === 0n || right.coefficient === 0n) return addZero(left, right);
  const [high, low] = left.exponent >= right.exponent ? [left, right] : [right, left];
  // Beyond this distance the smaller value can only tip the rounding, and one far digit does that as well.
  const reach = PRECISION + 2 + digitCount(low.coefficient);
  const distance = high.exponent - low.exponent;
  if (distance > reach) return addFar(high, low, reach);
  const sum = signed(high) * powerOfTen(distance) + signed(low);
  return sum === 0n ? zero(false, low.exponent) : round(fromSigned(sum, low.exponent));
}

function addFar(high: Decimal, low: Decimal, reach: number): Decimal {
  const shift = reach + PRECISION;
  const sum = signed(high) * powerOfTen(shift) + (low.negative ? -1n : 1n);
  return round(fromSigned(sum, high.exponent - shift));
}

function addSpecial(left: Decimal, right: Decimal): Decimal {
  if (left.kind === 'nan' || right.kind === 'nan') return DECIMAL_NAN;
  if (left.kind === 'infinite' && right.kind === 'infinite') {
    return left.negative === right.negative ? left : DECIMAL_NAN;
  }
  return left.kind === 'infinite' ? left : right;
}

/** The exponent of a sum is the smaller one as far as 34 digits allow. */
function addZero(left: Decimal, right: Decimal): Decimal {
  const exponent = Math.min(left.exponent, right.exponent);
  if (left.coefficient === 0n && right.coefficient === 0n)
    return zero(left.negative && right.negative, exponent);
  const value = left.coefficient === 0n ? right : left;
  const room = PRECISION - digitCount(value.coefficient);
  const shift = Math.min(value.exponent - exponent, Math.max(room, 0));
  return { ...value, coefficient: value.coefficient * powerOfTen(shift), exponent: value.exponent - shift };
}

export function subtractDecimals(left: Decimal, right: Decimal): Decimal {
  return addDecimals(left, negateDecimal(right));
}

export function multiplyDecimals(left: Decimal, right: Decimal): Decimal {
  if (left.kind === 'nan' || right.kind === 'nan') return DECIMAL_NAN;
  const negative = left.negative !== right.negative;
  if (left.kind === 'infinite' || right.kind === 'infinite') {
    return signOf(left) === 0 || signOf(right) === 0 ? DECIMAL_NAN : infinity(negative);
  }
  return round({
    kind: 'finite',
    negative,
    coefficient: left.coefficient * right.coefficient,
    exponent: left.exponent + right.exponent,
  });
}

/** A division by zero gives an infinity or NaN, as in IEEE 754; refusing it is the caller's choice. */
export function divideDecimals(left: Decimal, right: Decimal): Decimal {
  if (left.kind === 'nan' || right.kind === 'nan') return DECIMAL_NAN;
  const negative = left.negative !== right.negative;
  if (left.kind === 'infinite') return right.kind === 'infinite' ? DECIMAL_NAN : infinity(negative);
  if (right.kind === 'infinite') return zero(negative, -6176);
  if (right.coefficient === 0n) return left.coefficient === 0n ? DECIMAL_NAN : infinity(negative);
  const ideal = left.exponent - right.exponent;
  if (left.coefficient === 0n) return round(zero(negative, ideal));
  const shift = Math.max(0, PRECISION + 2 + digitCount(right.coefficient) - digitCount(left.coefficient));
  const dividend = left.coefficient * powerOfTen(shift);
  const quotient = dividend / right.coefficient;
  const exact = dividend % right.coefficient === 0n;
  const result: Decimal = { kind: 'finite', negative, coefficient: quotient, exponent: ideal - shift };
  return exact ? round(reduceTo(result, ideal)) : round(result, true);
}

/** Removes trailing zeros as long as the exponent stays at or below the ideal one. */
function reduceTo(value: Decimal, ideal: number): Decimal {
  let { coefficient, exponent } = value;
  while (exponent < ideal && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent++;
  }
  return { ...value, coefficient, exponent };
}

/** The remainder of a division that truncates: it has the sign of the dividend. */
export function remainderDecimals(left: Decimal, right: Decimal): Decimal {
  if (left.kind !== 'finite' || right.kind === 'nan' || signOf(right) === 0) return DECIMAL_NAN;
  if (right.kind === 'infinite') return left;
  const exponent = Math.min(left.exponent, right.exponent);
  const divisor = right.coefficient * powerOfTen(right.exponent - exponent);
  const dividend = left.coefficient * powerOfTen(left.exponent - exponent);
  return round({ kind: 'finite', negative: left.negative, coefficient: dividend % divisor, exponent });
}

/** The square root, correctly rounded; of a negative value NaN. */
export function squareRootDecimal(value: Decimal): Decimal {
  if (value.kind === 'nan' || (value.kind === 'infinite' && !value.negative)) return value;
  if (signOf(value) === 0) return zero(value.negative, Math.floor(value.exponent / 2));
  if (value.negative) return DECIMAL_NAN;
  let shift = Math.max(0, 2 * (PRECISION + 2) - digitCount(value.coefficient));
  if ((value.exponent - shift) % 2 !== 0) shift++;
  const radicand = value.coefficient * powerOfTen(shift);
  const root = integerSquareRoot(radicand);
  const exact = root * root === radicand;
  const result: Decimal = {
    kind: 'finite',
    negative: false,
    coefficient: root,
    exponent: (value.exponent - shift) / 2,
  };
  return exact ? round(reduceTo(result, Math.floor(value.exponent / 2))) : round(result, true);
}

function integerSquareRoot(value: bigint): bigint {
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function zero(negative: boolean, exponent: number): Decimal {
  return { kind: 'finite', negative, coefficient: 0n, exponent };
}

function signed(value: Decimal): bigint {
  return value.negative ? -value.coefficient : value.coefficient;
}

function fromSigned(coefficient: bigint, exponent: number): Decimal {
  const negative = coefficient < 0n;
  return { kind: 'finite', negative, coefficient: negative ? -coefficient : coefficient, exponent };
}
