import {
  DECIMAL_NAN,
  digitCount,
  fromBigInt,
  infinity,
  powerOfTen,
  round,
  signOf,
} from '../../bson/decimal.js';
import type { Decimal } from '../../bson/decimal.js';
import {
  absoluteDecimal,
  addDecimals,
  divideDecimals,
  multiplyDecimals,
  negateDecimal,
  squareRootDecimal,
  subtractDecimals,
} from '../../bson/decimal-arithmetic.js';
import {
  arcTangentFixed,
  cosineFixed,
  divideFixed,
  exponentialFixed,
  lnTen,
  logarithmFixed,
  multiplyFixed,
  piFixed,
  piWithDigits,
  SCALE,
  sineFixed,
  squareRootFixed,
} from './fixed-point.js';

const FIXED_DIGITS = digitCount(SCALE) - 1;
const ZERO = fromBigInt(0n);
const ONE = fromBigInt(1n);

/** Below this power of ten, sin x, tan x, atan x and the like differ from x only beyond 34 digits. */
const TINY = -20;

/** The power of ten of the leading digit. */
function magnitude({ coefficient, exponent }: Decimal): number {
  return digitCount(coefficient) + exponent - 1;
}

function isTiny(value: Decimal): boolean {
  return signOf(value) === 0 || magnitude(value) < TINY;
}

function toFixed({ coefficient, exponent, negative }: Decimal): bigint {
  const shift = FIXED_DIGITS + exponent;
  const scaled = shift >= 0 ? coefficient * powerOfTen(shift) : coefficient / powerOfTen(-shift);
  return negative ? -scaled : scaled;
}

/** Rounds to 34 digits and drops trailing zeros behind the point, so that exact results look exact. */
function fromFixed(value: bigint, exponent = 0): Decimal {
  const negative = value < 0n;
  const rounded = round({
    kind: 'finite',
    negative,
    coefficient: negative ? -value : value,
    exponent: exponent - FIXED_DIGITS,
  });
  if (rounded.kind !== 'finite') return rounded;
  let digits = rounded.coefficient;
  let power = rounded.exponent;
  while (power < 0 && digits !== 0n && digits % 10n === 0n) {
    digits /= 10n;
    power++;
  }
  return { ...rounded, coefficient: digits, exponent: digits === 0n ? 0 : power };
}

/** Exponents beyond which e^x leaves Decimal128's range. */
const MAX_EXPONENT = 14_200n;

export function exponentialDecimal(value: Decimal): Decimal {
  if (value.kind === 'nan') return value;
  if (value.kind === 'infinite') return value.negative ? ZERO : value;
  if (signOf(value) === 0) return ONE;
  if (magnitude(value) > 6) return value.negative ? ZERO : infinity(false);
  return exponentialOf(toFixed(value));
}

function exponentialOf(fixed: bigint): Decimal {
  if (fixed > MAX_EXPONENT * SCALE) return infinity(false);
  if (fixed < -MAX_EXPONENT * SCALE) return ZERO;
  const tens = fixed / lnTen();
  return fromFixed(exponentialFixed(fixed - tens * lnTen()), Number(tens));
}

/** ln of a positive finite value, as fixed point. */
function logarithmOf(value: Decimal): bigint {
  const power = magnitude(value);
  const mantissa: Decimal = { ...value, exponent: value.exponent - power };
  return logarithmFixed(toFixed(mantissa)) + BigInt(power) * lnTen();
}

/** The natural logarithm; NaN below zero. */
export function logarithmDecimal(value: Decimal): Decimal {
  if (value.kind === 'nan' || (value.negative && signOf(value) !== 0)) return DECIMAL_NAN;
  if (value.kind === 'infinite') return value;
  return signOf(value) === 0 ? infinity(true) : fromFixed(logarithmOf(value));
}

/** The logarithm to a base; both are positive and finite or the result is what IEEE's division makes of them. */
export function logarithmToBase(value: Decimal, base: Decimal): Decimal {
  if (value.kind !== 'finite' || base.kind !== 'finite' || signOf(value) <= 0 || signOf(base) <= 0) {
    return divideDecimals(logarithmDecimal(value), logarithmDecimal(base));
  }
  return fromFixed(divideFixed(logarithmOf(value), logarithmOf(base)));
}

export function powerDecimal(base: Decimal, exponent: Decimal): Decimal {
  if (signOf(exponent) === 0 && exponent.kind === 'finite') return ONE;
  if (base.kind === 'nan' || exponent.kind === 'nan') return DECIMAL_NAN;
  const integer = integralValue(exponent);
  if (base.negative && integer === undefined && base.kind === 'finite' && signOf(base) !== 0)
    return DECIMAL_NAN;
  const odd = integer !== undefined && integer % 2n !== 0n;
  const result = powerOfMagnitude(absoluteDecimal(base), exponent, integer);
  return base.negative && odd ? negateDecimal(result) : result;
}

/** Up to this exponent, multiplying is exact or at least rounds like multiplication. */
const MAX_REPEATED = 64n;

function powerOfMagnitude(base: Decimal, exponent: Decimal, integer: bigint | undefined): Decimal {
  if (base.kind === 'infinite' || exponent.kind === 'infinite' || signOf(base) === 0) {
    return powerOfSpecial(base, exponent);
  }
  if (integer !== undefined && integer > 0n && integer <= MAX_REPEATED) {
    const coefficient = base.coefficient ** integer;
    return round({ kind: 'finite', negative: false, coefficient, exponent: base.exponent * Number(integer) });
  }
  const product = multiplyFixed(logarithmOf(base), toFixed(exponent));
  return exponentialOf(product);
}

function powerOfSpecial(base: Decimal, exponent: Decimal): Decimal {
  const order = base.kind === 'infinite' ? 1 : Number(signOf(subtractDecimals(base, ONE)));
  if (order === 0) return ONE;
  const grows = order > 0 === !exponent.negative;
  return grows ? infinity(false) : ZERO;
}

function integralValue({ kind, coefficient, exponent, negative }: Decimal): bigint | undefined {
  if (kind !== 'finite') return undefined;
  // Every Decimal128 of at least 10^34 is an even integer or too large to matter.
  if (exponent > 0) return exponent > 34 ? 0n : coefficient * powerOfTen(exponent);
  const scale = powerOfTen(-exponent);
  if (coefficient % scale !== 0n) return undefined;
  return negative ? -(coefficient / scale) : coefficient / scale;
}

/** The angle less whole turns, as fixed point; π is taken with as many digits as the angle has before its point. */
function reduceAngle(value: Decimal): bigint {
  const digits = FIXED_DIGITS + Math.max(0, magnitude(value) + 1);
  const turn = 2n * piWithDigits(digits);
  const shift = digits + value.exponent;
  const scaled = shift >= 0 ? value.coefficient * powerOfTen(shift) : value.coefficient / powerOfTen(-shift);
  const reduced = (scaled % turn) / powerOfTen(digits - FIXED_DIGITS);
  return value.negative ? -reduced : reduced;
}

/** sin, cos and tan of a finite angle in radians. */
export function sineDecimal(value: Decimal): Decimal {
  return isTiny(value) ? value : fromFixed(sineFixed(reduceAngle(value)));
}

export function cosineDecimal(value: Decimal): Decimal {
  return isTiny(value) ? ONE : fromFixed(cosineFixed(reduceAngle(value)));
}

export function tangentDecimal(value: Decimal): Decimal {
  if (isTiny(value)) return value;
  const angle = reduceAngle(value);
  return fromFixed(divideFixed(sineFixed(angle), cosineFixed(angle)));
}

export function arcTangentDecimal(value: Decimal): Decimal {
  if (value.kind === 'infinite') return fromFixed((value.negative ? -piFixed() : piFixed()) / 2n);
  if (isTiny(value)) return value;
  if (magnitude(value) > 40) return fromFixed((value.negative ? -piFixed() : piFixed()) / 2n);
  return fromFixed(arcTangentFixed(toFixed(value)));
}

/** The angle of the point (x, y), between -π and π. */
export function arcTangent2Decimal(y: Decimal, x: Decimal): Decimal {
  const half = piFixed() / 2n;
  const sign = y.negative ? -1n : 1n;
  if (y.kind === 'infinite' && x.kind === 'infinite')
    return fromFixed((sign * half * (x.negative ? 3n : 1n)) / 2n);
  if (y.kind === 'infinite' || (signOf(x) === 0 && signOf(y) !== 0)) return fromFixed(sign * half);
  if (x.kind === 'infinite' || signOf(y) === 0)
    return x.negative ? fromFixed(sign * 2n * half) : { ...ZERO, negative: y.negative };
  const angle = arcTangentDecimal(divideDecimals(y, x));
  return x.negative ? addDecimals(angle, fromFixed(sign * 2n * half)) : angle;
}

/** asin and acos of a value between -1 and 1. */
export function arcSineDecimal(value: Decimal): Decimal {
  if (isTiny(value)) return value;
  return fromFixed(arcSineFixed(toFixed(value)));
}

export function arcCosineDecimal(value: Decimal): Decimal {
  return fromFixed(piFixed() / 2n - arcSineFixed(toFixed(value)));
}

function arcSineFixed(value: bigint): bigint {
  const rest = SCALE - multiplyFixed(value, value);
  if (rest === 0n) return (value < 0n ? -piFixed() : piFixed()) / 2n;
  return arcTangentFixed(divideFixed(value, squareRootFixed(rest)));
}

const HALF: Decimal = { kind: 'finite', negative: false, coefficient: 5n, exponent: -1 };

export function hyperbolicSineDecimal(value: Decimal): Decimal {
  if (value.kind !== 'finite' || isTiny(value)) return value;
  if (magnitude(value) >= 2) return hyperbolic(value, value.negative);
  const power = exponentialFixed(toFixed(value));
  return fromFixed((power - divideFixed(SCALE, power)) / 2n);
}

export function hyperbolicCosineDecimal(value: Decimal): Decimal {
  if (value.kind === 'nan') return value;
  if (value.kind === 'infinite') return infinity(false);
  if (isTiny(value)) return ONE;
  if (magnitude(value) >= 2) return hyperbolic(value, false);
  const power = exponentialFixed(toFixed(value));
  return fromFixed((power + divideFixed(SCALE, power)) / 2n);
}

/** From 100 on, the smaller exponential is beyond all digits. */
function hyperbolic(value: Decimal, negative: boolean): Decimal {
  const half = multiplyDecimals(exponentialDecimal(absoluteDecimal(value)), HALF);
  return negative ? negateDecimal(half) : half;
}

export function hyperbolicTangentDecimal(value: Decimal): Decimal {
  if (value.kind === 'nan' || isTinyFinite(value)) return value;
  if (value.kind === 'infinite' || magnitude(value) >= 2) return value.negative ? negateDecimal(ONE) : ONE;
  const power = exponentialFixed(2n * toFixed(value));
  return fromFixed(divideFixed(power - SCALE, power + SCALE));
}

function isTinyFinite(value: Decimal): boolean {
  return value.kind === 'finite' && isTiny(value);
}

export function inverseHyperbolicSineDecimal(value: Decimal): Decimal {
  if (value.kind !== 'finite' || isTiny(value)) return value;
  const size = absoluteDecimal(value);
  const root = squareRootDecimal(addDecimals(multiplyDecimals(size, size), ONE));
  const result =
    magnitude(size) > 17 ? logarithmDecimal(addDecimals(size, size)) : preciseArcSinh(size, root);
  return value.negative ? negateDecimal(result) : result;
}

/** ln(x + √(x² + 1)) without rounding in between. */
function preciseArcSinh(size: Decimal, root: Decimal): Decimal {
  const x = toFixed(size);
  const sum = x + squareRootFixed(multiplyFixed(x, x) + SCALE);
  return magnitude(root) > 0 ? logarithmDecimal(fromFixed(sum)) : fromFixed(logarithmFixed(sum));
}

/** acosh of a value of at least 1. */
export function inverseHyperbolicCosineDecimal(value: Decimal): Decimal {
  if (value.kind !== 'finite') return value;
  if (magnitude(value) > 17) return logarithmDecimal(addDecimals(value, value));
  const x = toFixed(value);
  const sum = x + squareRootFixed(multiplyFixed(x, x) - SCALE);
  return sum < 10n * SCALE ? fromFixed(logarithmFixed(sum)) : logarithmDecimal(fromFixed(sum));
}

/** atanh of a value between -1 and 1. */
export function inverseHyperbolicTangentDecimal(value: Decimal): Decimal {
  if (isTiny(value)) return value;
  const x = toFixed(value);
  if (x === SCALE || x === -SCALE) return infinity(value.negative);
  return fromFixed(logarithmOf(fixedAsDecimal(divideFixed(SCALE + x, SCALE - x))) / 2n);
}

function fixedAsDecimal(value: bigint): Decimal {
  return { kind: 'finite', negative: false, coefficient: value, exponent: -FIXED_DIGITS };
}
