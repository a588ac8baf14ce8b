import { Decimal128 } from 'bson';

/** The value of a Decimal128: `±coefficient · 10^exponent`, or infinite, or not a number. */
export interface Decimal {
  readonly kind: 'finite' | 'infinite' | 'nan';
  readonly negative: boolean;
  readonly coefficient: bigint;
  readonly exponent: number;
}

export const PRECISION = 34;
const BIAS = 6176;
const MIN_EXPONENT = -6176;
const MAX_EXPONENT = 6111;
const MAX_COEFFICIENT = 10n ** 34n - 1n;

export const DECIMAL_NAN: Decimal = { kind: 'nan', negative: false, coefficient: 0n, exponent: 0 };

export function infinity(negative: boolean): Decimal {
  return { kind: 'infinite', negative, coefficient: 0n, exponent: 0 };
}

function finite(negative: boolean, coefficient: bigint, exponent: number): Decimal {
  return { kind: 'finite', negative, coefficient, exponent };
}

/** Unpacks the binary integer encoding of IEEE 754-2008. */
export function unpack(value: Decimal128): Decimal {
  const { bytes } = value;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const high = view.getBigUint64(8, true);
  const negative = high >> 63n === 1n;
  const combination = Number((high >> 58n) & 0x1fn);
  if (combination === 0x1f) return DECIMAL_NAN;
  if (combination === 0x1e) return infinity(negative);
  if (combination >= 0x18) {
    // A coefficient of more than 34 digits: not canonical, and zero by the standard.
    return finite(negative, 0n, Number((high >> 47n) & 0x3fffn) - BIAS);
  }
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | view.getBigUint64(0, true);
  const exponent = Number((high >> 49n) & 0x3fffn) - BIAS;
  return finite(negative, coefficient > MAX_COEFFICIENT ? 0n : coefficient, exponent);
}

/** Packs a decimal, after {@link round} when it may hold too many digits. */
export function pack(value: Decimal): Decimal128 {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const sign = value.negative ? 1n << 63n : 0n;
  if (value.kind === 'nan') view.setBigUint64(8, 0x1fn << 58n, true);
  else if (value.kind === 'infinite') view.setBigUint64(8, sign | (0x1en << 58n), true);
  else {
    const { coefficient, exponent } = round(value);
    if (coefficient > MAX_COEFFICIENT) return pack(infinity(value.negative));
    view.setBigUint64(0, coefficient & 0xffffffffffffffffn, true);
    view.setBigUint64(8, sign | (BigInt(exponent + BIAS) << 49n) | (coefficient >> 64n), true);
  }
  return new Decimal128(bytes);
}

/** How many decimal digits a coefficient has; zero has one. */
export function digitCount(coefficient: bigint): number {
  return coefficient.toString().length;
}

export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** Drops digits from the right, rounding half to even; `sticky` says that more digits, not all zero, were lost before. */
export function shiftRight(coefficient: bigint, digits: number, sticky = false): bigint {
  if (digits <= 0) return coefficient;
  const divisor = powerOfTen(digits);
  const quotient = coefficient / divisor;
  const twice = (coefficient % divisor) * 2n;
  if (twice > divisor || (twice === divisor && (sticky || (quotient & 1n) === 1n))) return quotient + 1n;
  return quotient;
}

/**
 * Brings a finite value into the range of Decimal128: 34 digits, rounding half to even, exponents -6176 to 6111. A value
 * that is too large stays with a coefficient that {@link pack} turns into an infinity.
 */
export function round(value: Decimal, sticky = false): Decimal {
  if (value.kind !== 'finite') return value;
  let { coefficient, exponent } = value;
  const excess = Math.max(digitCount(coefficient) - PRECISION, MIN_EXPONENT - exponent, 0);
  if (excess > 0) {
    coefficient = excess > digitCount(coefficient) + 1 ? 0n : shiftRight(coefficient, excess, sticky);
    exponent += excess;
    if (coefficient > MAX_COEFFICIENT) {
      coefficient /= 10n;
      exponent++;
    }
  }
  if (exponent > MAX_EXPONENT) {
    const room = PRECISION - digitCount(coefficient);
    if (coefficient === 0n) exponent = MAX_EXPONENT;
    else if (exponent - MAX_EXPONENT <= room) {
      coefficient *= powerOfTen(exponent - MAX_EXPONENT);
      exponent = MAX_EXPONENT;
    } else return infinity(value.negative);
  }
  return finite(value.negative, coefficient, exponent);
}

export function fromBigInt(value: bigint): Decimal {
  return value < 0n ? finite(true, -value, 0) : finite(false, value, 0);
}

/**
 * A double as MongoDB's arithmetic takes it: rounded to 15 digits, trailing zeros kept, so that `0.1` is
 * `0.100000000000000`.
 */
export function fromDouble(value: number): Decimal {
  if (Number.isNaN(value)) return DECIMAL_NAN;
  if (!Number.isFinite(value)) return infinity(value < 0);
  const negative = value < 0 || Object.is(value, -0);
  if (value === 0) return finite(negative, 0n, 0);
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential(14).split('e');
  return finite(negative, BigInt(mantissa.replace('.', '')), Number(exponent) - 14);
}

/** Every digit of a double, as many as it takes; only for comparison and conversion of integers. */
export function exactFromDouble(value: number): Decimal {
  if (!Number.isFinite(value)) return fromDouble(value);
  const negative = value < 0 || Object.is(value, -0);
  let magnitude = Math.abs(value);
  let halvings = 0;
  while (!Number.isInteger(magnitude)) {
    magnitude *= 2;
    halvings++;
  }
  // m / 2^k = m · 5^k / 10^k
  return finite(negative, BigInt(magnitude) * 5n ** BigInt(halvings), -halvings);
}

/** The nearest double. */
export function toNumber(value: Decimal): number {
  if (value.kind === 'nan') return NaN;
  if (value.kind === 'infinite') return value.negative ? -Infinity : Infinity;
  return Number(`${value.negative ? '-' : ''}${value.coefficient}e${value.exponent}`);
}

/** Compares two values that are numbers; zeros are equal whatever their sign. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const leftSign = signOf(left);
  const rightSign = signOf(right);
  if (leftSign !== rightSign) return leftSign < rightSign ? -1 : 1;
  if (leftSign === 0) return 0;
  return leftSign > 0 ? compareMagnitudes(left, right) : compareMagnitudes(right, left);
}

function compareMagnitudes(left: Decimal, right: Decimal): number {
  if (left.kind === 'infinite' || right.kind === 'infinite') {
    return Number(left.kind === 'infinite') - Number(right.kind === 'infinite');
  }
  const leftTop = digitCount(left.coefficient) + left.exponent;
  const rightTop = digitCount(right.coefficient) + right.exponent;
  if (leftTop !== rightTop) return leftTop < rightTop ? -1 : 1;
  const exponent = Math.min(left.exponent, right.exponent);
  const a = left.coefficient * powerOfTen(left.exponent - exponent);
  const b = right.coefficient * powerOfTen(right.exponent - exponent);
  return a < b ? -1 : a > b ? 1 : 0;
}

export function signOf(value: Decimal): -1 | 0 | 1 {
  if (value.kind === 'finite' && value.coefficient === 0n) return 0;
  return value.negative ? -1 : 1;
}

/** Compares a decimal with a double exactly; neither may be NaN. */
export function compareDecimalToDouble(left: Decimal, right: number): number {
  const nearest = toNumber(left);
  // Rounding keeps the order, so only equality after rounding needs every digit.
  if (nearest !== right) return nearest < right ? -1 : 1;
  return compareDecimals(left, exactFromDouble(right));
}
