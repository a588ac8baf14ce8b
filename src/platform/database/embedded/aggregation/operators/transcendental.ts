import { Decimal128 } from 'bson';
import { divideDecimals, multiplyDecimals, squareRootDecimal } from '../../bson/decimal-arithmetic.js';
import { compareDecimals, DECIMAL_NAN, fromBigInt, pack, signOf, unpack } from '../../bson/decimal.js';
import type { Decimal } from '../../bson/decimal.js';
import { isNumeric, makeDouble, toDecimal, toDouble } from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { CommandError } from '../../errors.js';
import * as decimal from '../decimal/functions.js';
import { typeName } from '../values.js';
import { numeric } from './arithmetic.js';
import { binary } from './arguments.js';
import type { Operator, OperatorFamily } from './arguments.js';

/** A function of one number, for doubles and for decimals. */
interface RealFunction {
  readonly double: (value: number) => number;
  readonly decimal: (value: Decimal) => Decimal;
}

function applyFunction({ double, decimal: exact }: RealFunction, value: BsonNumber): BsonNumber {
  return value instanceof Decimal128 ? pack(exact(unpack(value))) : makeDouble(double(toDouble(value)));
}

/** A trigonometric operator whose argument must lie between two bounds; an excluded bound is infinite. */
function trigonometric(real: RealFunction, low = -Infinity, high = Infinity, excluded = false): Operator {
  return numeric((value, name) => {
    const number = toDouble(value);
    if (Number.isNaN(number)) return value instanceof Decimal128 ? value : NaN;
    if (!withinBounds(value, number, low, high, excluded)) {
      const interval = excluded ? `(${text(low)},${text(high)})` : `[${text(low)},${text(high)}]`;
      throw new CommandError(50989, `cannot apply ${name} to ${text(number)}, value must be in ${interval}`);
    }
    return applyFunction(real, value);
  });
}

function withinBounds(
  value: BsonNumber,
  number: number,
  low: number,
  high: number,
  excluded: boolean,
): boolean {
  if (excluded) return number > low && number < high;
  if (!(value instanceof Decimal128)) return number >= low && number <= high;
  // A decimal next to a bound would round to it.
  const exact = unpack(value);
  return (
    (low === -Infinity || compareDecimals(exact, fromBigInt(BigInt(low))) >= 0) &&
    (high === Infinity || compareDecimals(exact, fromBigInt(BigInt(high))) <= 0)
  );
}

function text(value: number): string {
  return Number.isFinite(value) ? String(value) : value > 0 ? 'inf' : '-inf';
}

/** π / 180 and 180 / π are taken with 34 digits for decimals. */
const PI = decimal.arcTangent2Decimal(fromBigInt(0n), fromBigInt(-1n));
const HALF_TURN = fromBigInt(180n);
const ONE = fromBigInt(1n);
const TEN = fromBigInt(10n);

const DEGREES_TO_RADIANS: RealFunction = {
  double: (value) => value * (Math.PI / 180),
  decimal: (value) => multiplyDecimals(value, divideDecimals(PI, HALF_TURN)),
};
const RADIANS_TO_DEGREES: RealFunction = {
  double: (value) => value * (180 / Math.PI),
  decimal: (value) => multiplyDecimals(value, divideDecimals(HALF_TURN, PI)),
};

const arcTangent2 = binary((y, x) => {
  if (y == null || x == null) return null;
  if (!isNumeric(y) || !isNumeric(x)) {
    throw new CommandError(
      51044,
      `$atan2 only supports numeric types, not ${typeName(y)} and ${typeName(x)}`,
    );
  }
  if (!(y instanceof Decimal128) && !(x instanceof Decimal128))
    return makeDouble(Math.atan2(toDouble(y), toDouble(x)));
  const exactY = toDecimal(y);
  const exactX = toDecimal(x);
  if (exactY.kind === 'nan' || exactX.kind === 'nan') return pack(DECIMAL_NAN);
  return pack(decimal.arcTangent2Decimal(exactY, exactX));
});

/** A logarithm of one argument, which must be positive. */
function logarithm(real: RealFunction, code: number): Operator {
  return numeric((value, name) => {
    requirePositive(value, code, `${name}'s argument must be a positive number`);
    return applyFunction(real, value);
  });
}

function requirePositive(value: BsonNumber, code: number, message: string): void {
  const positive =
    value instanceof Decimal128
      ? unpack(value).kind === 'nan' || signOf(unpack(value)) > 0
      : !(toDouble(value) <= 0);
  if (!positive) throw new CommandError(code, `${message}, but is ${toDouble(value)}`);
}

const logarithmToBase = binary((value, base) => {
  if (value == null || base == null) return null;
  if (!isNumeric(value))
    throw new CommandError(28756, `$log's argument must be numeric, not ${typeName(value)}`);
  if (!isNumeric(base)) throw new CommandError(28757, `$log's base must be numeric, not ${typeName(base)}`);
  requirePositive(value, 28758, "$log's argument must be a positive number");
  requirePositive(base, 28759, "$log's base must be a positive number not equal to 1");
  if (compareDecimals(toDecimal(base), ONE) === 0) {
    throw new CommandError(28759, "$log's base must be a positive number not equal to 1, but is 1");
  }
  if (value instanceof Decimal128 || base instanceof Decimal128) {
    return pack(decimal.logarithmToBase(toDecimal(value), toDecimal(base)));
  }
  return makeDouble(Math.log(toDouble(value)) / Math.log(toDouble(base)));
});

const squareRoot = numeric((value, name) => {
  const negative = value instanceof Decimal128 ? signOf(unpack(value)) < 0 : toDouble(value) < 0;
  if (negative && !Number.isNaN(toDouble(value))) {
    throw new CommandError(28714, `${name}'s argument must be greater than or equal to 0`);
  }
  return applyFunction({ double: Math.sqrt, decimal: squareRootDecimal }, value);
});

export const transcendentalOperators: OperatorFamily = [
  [
    '$exp',
    numeric((value) => applyFunction({ double: Math.exp, decimal: decimal.exponentialDecimal }, value)),
  ],
  ['$ln', logarithm({ double: Math.log, decimal: decimal.logarithmDecimal }, 28766)],
  [
    '$log10',
    logarithm({ double: Math.log10, decimal: (value) => decimal.logarithmToBase(value, TEN) }, 28761),
  ],
  ['$log', logarithmToBase],
  ['$sqrt', squareRoot],
  ['$sin', trigonometric({ double: Math.sin, decimal: decimal.sineDecimal }, -Infinity, Infinity, true)],
  ['$cos', trigonometric({ double: Math.cos, decimal: decimal.cosineDecimal }, -Infinity, Infinity, true)],
  ['$tan', trigonometric({ double: Math.tan, decimal: decimal.tangentDecimal }, -Infinity, Infinity, true)],
  ['$asin', trigonometric({ double: Math.asin, decimal: decimal.arcSineDecimal }, -1, 1)],
  ['$acos', trigonometric({ double: Math.acos, decimal: decimal.arcCosineDecimal }, -1, 1)],
  ['$atan', trigonometric({ double: Math.atan, decimal: decimal.arcTangentDecimal })],
  ['$atan2', arcTangent2],
  ['$sinh', trigonometric({ double: Math.sinh, decimal: decimal.hyperbolicSineDecimal })],
  ['$cosh', trigonometric({ double: Math.cosh, decimal: decimal.hyperbolicCosineDecimal })],
  ['$tanh', trigonometric({ double: Math.tanh, decimal: decimal.hyperbolicTangentDecimal })],
  ['$asinh', trigonometric({ double: Math.asinh, decimal: decimal.inverseHyperbolicSineDecimal })],
  ['$acosh', trigonometric({ double: Math.acosh, decimal: decimal.inverseHyperbolicCosineDecimal }, 1)],
  ['$atanh', trigonometric({ double: Math.atanh, decimal: decimal.inverseHyperbolicTangentDecimal }, -1, 1)],
  ['$degreesToRadians', trigonometric(DEGREES_TO_RADIANS)],
  ['$radiansToDegrees', trigonometric(RADIANS_TO_DEGREES)],
];
