/**
 * Elementary functions on fixed-point numbers: a bigint `x` stands for `x / SCALE`. They serve Decimal128, whose
 * results need 34 digits; the many digits more leave room for cancellation.
 */
const DIGITS = 110;
export const SCALE = 10n ** BigInt(DIGITS);

export function multiplyFixed(left: bigint, right: bigint): bigint {
  return (left * right) / SCALE;
}

export function divideFixed(left: bigint, right: bigint): bigint {
  return (left * SCALE) / right;
}

export function squareRootFixed(value: bigint): bigint {
  if (value === 0n) return 0n;
  const radicand = value * SCALE;
  let guess = 1n << BigInt((radicand.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + radicand / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** e to the power of a number of moderate size (its magnitude below about 100). */
export function exponentialFixed(value: bigint): bigint {
  // Halving eight times makes the series short; squaring eight times undoes it.
  const reduced = value / 256n;
  let term = SCALE;
  let sum = SCALE;
  for (let n = 1n; term !== 0n; n++) {
    term = multiplyFixed(term, reduced) / n;
    sum += term;
  }
  for (let step = 0; step < 8; step++) sum = multiplyFixed(sum, sum);
  return sum;
}

/** The natural logarithm of a number between about 0.1 and 10. */
export function logarithmFixed(value: bigint): bigint {
  // Each step of Halley's method triples the digits that are right, from the 15 of a double.
  let result = BigInt(Math.round(Math.log(Number(value) / Number(SCALE)) * 1e15)) * (SCALE / 10n ** 15n);
  for (let step = 0; step < 2; step++) {
    const power = exponentialFixed(result);
    result += (2n * SCALE * (value - power)) / (value + power);
  }
  return result;
}

let logarithmOfTen: bigint | undefined;

export function lnTen(): bigint {
  return (logarithmOfTen ??= logarithmFixed(10n * SCALE));
}

/** The arc tangent of any number. */
export function arcTangentFixed(value: bigint): bigint {
  if (value < 0n) return -arcTangentFixed(-value);
  // atan(x) = 2 atan(x / (1 + √(1 + x²))), until the series converges fast.
  let reduced = value;
  let doublings = 0n;
  while (reduced > SCALE / 100n) {
    reduced = divideFixed(reduced, SCALE + squareRootFixed(SCALE + multiplyFixed(reduced, reduced)));
    doublings++;
  }
  const square = multiplyFixed(reduced, reduced);
  let power = reduced;
  let sum = reduced;
  for (let n = 3n; power !== 0n; n += 2n) {
    power = -multiplyFixed(power, square);
    sum += power / n;
  }
  return sum << doublings;
}

/** The sine of a number between -2π and 2π. */
export function sineFixed(value: bigint): bigint {
  const square = multiplyFixed(value, value);
  let term = value;
  let sum = value;
  for (let n = 2n; term !== 0n; n += 2n) {
    term = -multiplyFixed(term, square) / (n * (n + 1n));
    sum += term;
  }
  return sum;
}

/** The cosine of a number between -2π and 2π. */
export function cosineFixed(value: bigint): bigint {
  const square = multiplyFixed(value, value);
  let term = SCALE;
  let sum = SCALE;
  for (let n = 1n; term !== 0n; n += 2n) {
    term = -multiplyFixed(term, square) / (n * (n + 1n));
    sum += term;
  }
  return sum;
}

let knownPi: { readonly digits: number; readonly value: bigint } | undefined;

/** π with so many digits after the point, as an integer, by Machin's formula. */
export function piWithDigits(digits: number): bigint {
  if (knownPi === undefined || knownPi.digits < digits) {
    const guard = 10;
    const scale = 10n ** BigInt(digits + guard);
    const value =
      (16n * inverseArcTangent(5n, scale) - 4n * inverseArcTangent(239n, scale)) / 10n ** BigInt(guard);
    knownPi = { digits, value };
  }
  return knownPi.value / 10n ** BigInt(knownPi.digits - digits);
}

/** atan(1 / x) at a scale. */
function inverseArcTangent(x: bigint, scale: bigint): bigint {
  const square = x * x;
  let power = scale / x;
  let sum = power;
  for (let n = 3n; power !== 0n; n += 2n) {
    power = -power / square;
    sum += power / n;
  }
  return sum;
}

export function piFixed(): bigint {
  return piWithDigits(DIGITS);
}
