import { Decimal128, Double, ObjectId, Timestamp } from 'bson';
import { pack, toNumber, unpack } from '../../bson/decimal.js';
import { isNumeric, makeDouble, toDecimal, toDouble } from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { bsonType, isInt32, TYPES } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { fold } from '../constant.js';
import { parseDate } from '../dates/parse.js';
import { UTC } from '../dates/time-zone.js';
import type { Expression } from '../scope.js';
import { asInt32, formatDouble, isoString, isTrue, show, typeName } from '../values.js';
import { compileNamed, operands, required, unary } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';
import { isConversionFailure } from './date.js';

type Target = 'double' | 'string' | 'objectId' | 'bool' | 'date' | 'int' | 'long' | 'decimal';

function failure(message: string): CommandError {
  return new CommandError('ConversionFailure', `${message} in $convert with no onError value`);
}

function unsupported(value: unknown, target: string): CommandError {
  return failure(`Unsupported conversion from ${typeName(value)} to ${target}`);
}

const CONVERSIONS: Readonly<Record<Target, (value: unknown) => unknown>> = {
  double: toDoubleValue,
  string: toStringValue,
  objectId: toObjectIdValue,
  bool: (value) => (value instanceof Date || typeof value === 'string' ? true : isTrue(value)),
  date: toDateValue,
  int: (value) => Number(toInteger(value, 'int')),
  long: (value) => toInteger(value, 'long'),
  decimal: toDecimalValue,
};

function toDoubleValue(value: unknown): number | Double {
  if (isNumeric(value)) return makeDouble(requireFiniteDouble(value));
  if (typeof value === 'boolean') return makeDouble(Number(value));
  if (value instanceof Date) return makeDouble(value.getTime());
  if (typeof value === 'string') return makeDouble(parseDouble(value));
  throw unsupported(value, 'double');
}

/** A decimal beyond the range of doubles is no infinity. */
function requireFiniteDouble(value: BsonNumber): number {
  const number = toDouble(value);
  if (value instanceof Decimal128 && unpack(value).kind === 'finite') {
    const vanished = number === 0 && unpack(value).coefficient !== 0n;
    if (!Number.isFinite(number) || vanished) {
      throw failure(`Conversion would overflow target type: ${value.toString()}`);
    }
  }
  return number;
}

const DOUBLE_FORM = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const SPECIAL_FORM = /^([+-]?)(inf(?:inity)?|nan)$/i;

function parseDouble(text: string): number {
  const special = SPECIAL_FORM.exec(text);
  if (special !== null) {
    if (/nan/i.test(special[2] ?? '')) return NaN;
    return special[1] === '-' ? -Infinity : Infinity;
  }
  const value = DOUBLE_FORM.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) throw unparsable(text);
  return value;
}

function unparsable(text: string): CommandError {
  return failure(`Failed to parse number '${text.slice(0, 80)}'`);
}

function toStringValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return value.toString();
    case 'number':
      return formatDouble(value);
  }
  if (value instanceof Double) return formatDouble(value.value);
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Date) return isoString(value);
  throw unsupported(value, 'string');
}

function toObjectIdValue(value: unknown): ObjectId {
  if (value instanceof ObjectId) return value;
  if (typeof value !== 'string') throw unsupported(value, 'objectId');
  if (!/^[0-9a-f]{24}$/i.test(value)) throw failure(`Failed to parse objectId '${value.slice(0, 80)}'`);
  return ObjectId.createFromHexString(value);
}

function toDateValue(value: unknown): Date {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.getHighBitsUnsigned() * 1000);
  if (typeof value === 'string') return parseDate(value, UTC);
  if (!isNumeric(value) || (typeof value === 'number' && isInt32(value))) throw unsupported(value, 'date');
  const instant = Number(toInteger(value, 'long'));
  if (Math.abs(instant) > 8.64e15) throw failure(`Conversion would overflow target type: ${instant}`);
  return new Date(instant);
}

const RANGES = {
  int: [-(2n ** 31n), 2n ** 31n - 1n],
  long: [-(2n ** 63n), 2n ** 63n - 1n],
} as const;

function toInteger(value: unknown, target: 'int' | 'long'): bigint {
  const integer = integerOf(value, target);
  const [low, high] = RANGES[target];
  if (integer < low || integer > high) throw failure(`Conversion would overflow target type: ${integer}`);
  return integer;
}

function integerOf(value: unknown, target: 'int' | 'long'): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Date && target === 'long') return BigInt(value.getTime());
  if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) throw unparsable(value);
    return BigInt(value.replace(/^\+/, ''));
  }
  if (!isNumeric(value)) throw unsupported(value, target);
  const number = toDouble(value);
  if (Number.isNaN(number)) throw failure('Attempt to convert NaN value to integer type');
  if (!Number.isFinite(number)) throw failure('Attempt to convert infinity value to integer type');
  if (!(value instanceof Decimal128)) return BigInt(Math.trunc(number));
  return truncateDecimal(value);
}

function truncateDecimal(value: Decimal128): bigint {
  const { coefficient, exponent, negative } = unpack(value);
  // An exponent this large overflows whatever the coefficient, unless that is zero.
  if (exponent > 20) return coefficient === 0n ? 0n : BigInt(Math.trunc(toNumber(unpack(value))));
  const magnitude =
    exponent >= 0
      ? coefficient * 10n ** BigInt(exponent)
      : coefficient / 10n ** BigInt(Math.min(-exponent, 40));
  return negative ? -magnitude : magnitude;
}

function toDecimalValue(value: unknown): Decimal128 {
  if (value instanceof Decimal128) return value;
  if (isNumeric(value)) return pack(toDecimal(value));
  if (typeof value === 'boolean') return Decimal128.fromString(value ? '1' : '0');
  if (value instanceof Date) return Decimal128.fromString(String(value.getTime()));
  if (typeof value !== 'string') throw unsupported(value, 'decimal');
  if (!DOUBLE_FORM.test(value) && !SPECIAL_FORM.test(value)) throw unparsable(value);
  try {
    return Decimal128.fromStringWithRounding(value.replace(/^\+/, ''));
  } catch {
    throw unparsable(value);
  }
}

/** The function for a `to` argument; a type that nothing converts to has one that fails. */
function conversionTo(to: unknown): (value: unknown) => unknown {
  const alias = targetAlias(to);
  if (Object.hasOwn(CONVERSIONS, alias)) return CONVERSIONS[alias as Target];
  return (value) => {
    throw unsupported(value, alias);
  };
}

const TYPE_LIST = Object.values(TYPES);

function targetAlias(to: unknown): string {
  if (typeof to === 'string') {
    if (!TYPE_LIST.some(({ alias }) => alias === to))
      throw new CommandError('BadValue', `Unknown type name: ${to}`);
    return to;
  }
  if (!isNumeric(to)) {
    throw new CommandError(
      'FailedToParse',
      `$convert's 'to' argument must be a string or number, but is ${show(to)}`,
    );
  }
  const code = asInt32(to);
  if (code === undefined) {
    throw new CommandError('FailedToParse', "In $convert, numeric 'to' argument is not an integer");
  }
  const type = TYPE_LIST.find((candidate) => candidate.code === code);
  if (type === undefined) {
    throw new CommandError(
      'FailedToParse',
      `In $convert, numeric value for 'to' does not correspond to a BSON type: ${code}`,
    );
  }
  return type.alias;
}

const CONVERT: NamedShape = {
  notObject: 'FailedToParse',
  unknown: 'FailedToParse',
  required: { input: 'FailedToParse', to: 'FailedToParse' },
  optional: ['onError', 'onNull'],
};

const convert: Operator = (argument, scope, name) => {
  const compiled = compileNamed(argument, scope, name, CONVERT);
  const input = required(compiled, 'input');
  const to = required(compiled, 'to');
  const onError = compiled.get('onError');
  const onNull = compiled.get('onNull');
  return fold([...compiled.values()], (root) => {
    const target = to(root);
    const conversion = target == null ? undefined : conversionTo(target);
    const value = input(root);
    if (value == null) return onNull === undefined ? null : onNull(root);
    if (conversion === undefined) return null;
    try {
      return conversion(value);
    } catch (error) {
      if (onError !== undefined && isConversionFailure(error)) return onError(root);
      throw error;
    }
  });
};

/** `$toInt` and its kin. */
function shortcut(target: Target): Operator {
  const conversion = CONVERSIONS[target];
  return (argument, scope, name) => {
    const list = operands(argument, scope);
    if (list.length !== 1)
      throw new CommandError(50723, `${name} requires a single argument, got ${list.length}`);
    const [operand] = list as [Expression];
    return fold(list, (root) => {
      const value = operand(root);
      return value == null ? null : conversion(value);
    });
  };
}

export const conversionOperators: OperatorFamily = [
  ['$convert', convert],
  ['$toBool', shortcut('bool')],
  ['$toDate', shortcut('date')],
  ['$toDecimal', shortcut('decimal')],
  ['$toDouble', shortcut('double')],
  ['$toInt', shortcut('int')],
  ['$toLong', shortcut('long')],
  ['$toObjectId', shortcut('objectId')],
  ['$toString', shortcut('string')],
  ['$type', unary((value) => (value === undefined ? 'missing' : bsonType(value).alias))],
  ['$isNumber', unary((value) => isNumeric(value))],
];
