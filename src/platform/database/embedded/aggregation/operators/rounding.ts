import { Decimal128 } from 'bson';
import {
  digitCount,
  exactFromDouble,
  DECIMAL_NAN,
  pack,
  PRECISION,
  powerOfTen,
  toNumber,
  unpack,
} from '../../bson/decimal.js';
import type { Decimal } from '../../bson/decimal.js';
import { fitsInt64, isNumeric, makeDouble, makeInteger, toExactLong } from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { isInt32 } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { asInt32, show, typeName } from '../values.js';
import { numeric } from './arithmetic.js';
import { ranged } from './arguments.js';
import type { Operator, OperatorFamily } from './arguments.js';

type Mode = 'halfEven' | 'zero' | 'up' | 'down';

/** Divides a magnitude by a power of ten, rounding by a mode. */
function scaleDown(coefficient: bigint, digits: number, negative: boolean, mode: Mode): bigint {
  const divisor = powerOfTen(digits);
  const quotient = coefficient / divisor;
  const remainder = coefficient % divisor;
  if (remainder === 0n) return quotient;
  switch (mode) {
    case 'zero':
      return quotient;
    case 'up':
      return negative ? quotient : quotient + 1n;
    case 'down':
      return negative ? quotient + 1n : quotient;
    case 'halfEven': {
      const twice = remainder * 2n;
      return twice > divisor || (twice === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient;
    }
  }
}

/** The value with exactly so many places behind the point; negative places round before it. */
function quantize(value: Decimal, places: number, mode: Mode): Decimal {
  if (value.kind !== 'finite') return value;
  const shift = value.exponent + places;
  if (shift < 0) {
    // Beyond all digits only the sign and the mode matter; a bounded shift keeps the power of ten small.
    const digits = Math.min(-shift, digitCount(value.coefficient) + 1);
    const coefficient = scaleDown(value.coefficient, digits, value.negative, mode);
    return { ...value, coefficient, exponent: -places };
  }
  return { ...value, coefficient: value.coefficient * powerOfTen(shift), exponent: -places };
}

/** A quantized Decimal128; one that does not fit into 34 digits is NaN. */
function quantizeDecimal(value: Decimal128, places: number, mode: Mode): Decimal128 {
  const decimal = unpack(value);
  if (decimal.kind !== 'finite') return value;
  if (decimal.coefficient !== 0n && digitCount(decimal.coefficient) + decimal.exponent + places > PRECISION) {
    return pack(DECIMAL_NAN);
  }
  return pack(quantize(decimal, places, mode));
}

function quantizeDouble(value: number, places: number, mode: Mode): number {
  return Number.isFinite(value) ? toNumber(quantize(exactFromDouble(value), places, mode)) : value;
}

function quantizeInteger(value: number | bigint, places: number, mode: Mode, name: string): BsonNumber {
  if (places >= 0) return value;
  const magnitude = BigInt(value) < 0n ? -BigInt(value) : BigInt(value);
  const rounded = scaleDown(magnitude, -places, value < 0, mode) * powerOfTen(-places);
  const result = value < 0 ? -rounded : rounded;
  if (!fitsInt64(result)) {
    throw new CommandError(
      51080,
      `invalid conversion from Decimal128 result in ${name} resulting from arguments: [${value}, ${places}]`,
    );
  }
  return typeof value === 'bigint' ? result : makeInteger(result);
}

function quantizeNumber(value: BsonNumber, places: number, mode: Mode, name: string): BsonNumber {
  if (value instanceof Decimal128) return quantizeDecimal(value, places, mode);
  if (typeof value === 'bigint' || (typeof value === 'number' && isInt32(value))) {
    return quantizeInteger(value, places, mode, name);
  }
  return makeDouble(quantizeDouble(typeof value === 'number' ? value : value.value, places, mode));
}

const MIN_PLACES = -20n;
const MAX_PLACES = 100n;

function rounder(mode: Mode): Operator {
  return ranged(1, 2, (values, _scope, name) => {
    const [value] = values;
    if (value == null) return null;
    if (!isNumeric(value)) {
      throw new CommandError(51081, `${name} only supports numeric types, not ${typeName(value)}`);
    }
    if (values.length === 1) return quantizeNumber(value, 0, mode, name);
    const places = values[1];
    return places == null ? null : quantizeNumber(value, placesArgument(places, name), mode, name);
  });
}

function placesArgument(value: unknown, name: string): number {
  if (asInt32(value) === undefined) {
    throw new CommandError(
      51082,
      `precision argument to  ${name} must be a integral value, found: ${show(value)}`,
    );
  }
  const places = toExactLong(value) ?? 0n;
  if (places < MIN_PLACES || places > MAX_PLACES) {
    throw new CommandError(
      51083,
      `cannot apply ${name} with precision value ${places} value must be in [-20, 100]`,
    );
  }
  return Number(places);
}

/** `$ceil` and `$floor`: integers stay as they are. */
function wholeRounder(mode: 'up' | 'down'): Operator {
  return numeric((value, name) => quantizeNumber(value, 0, mode, name));
}

export const roundingOperators: OperatorFamily = [
  ['$round', rounder('halfEven')],
  ['$trunc', rounder('zero')],
  ['$ceil', wholeRounder('up')],
  ['$floor', wholeRounder('down')],
];
