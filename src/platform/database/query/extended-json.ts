import { mongo } from 'mongoose';
import { parseIsoDate } from './iso-date.js';
import { isPlain, type Plain, type Walk } from './walk.js';

const { Binary, BSONRegExp, Decimal128, Double, ObjectId } = mongo.BSON;

/** Bounds of a JavaScript date, in milliseconds from 1970. */
const MAX_TIME = 8.64e15;

/** Generic bytes, UUID, MD5 and user-defined; the others mean something to servers and drivers. */
const BINARY_SUBTYPES = new Set(['00', '04', '05', '80']);

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const SPECIAL_NUMBERS = new Map([
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['NaN', NaN],
]);

/**
 * The types of Extended JSON v2 that callers may send, canonical and relaxed. What only servers make
 * (`$timestamp`, `$minKey`, `$maxKey`), code, symbols and references are refused like any unknown operator.
 */
const TYPES = new Map<string, (value: unknown) => unknown>([
  ['$date', date],
  ['$oid', (value) => (isText(value, /^[0-9a-f]{24}$/i) ? new ObjectId(value) : undefined)],
  ['$numberInt', (value) => integer(value, 32)],
  ['$numberLong', (value) => integer(value, 64)],
  ['$numberDouble', double],
  ['$numberDecimal', decimal],
  ['$binary', binary],
  ['$uuid', uuid],
  ['$regularExpression', regularExpression],
]);

declare const WRAPPER: unique symbol;

/** An object of Extended JSON, such as `{"$date": …}`. */
export type Wrapper = Plain & { [WRAPPER]: true };

/** Whether an object stands for a value of a type that JSON lacks. */
export function isWrapper(value: unknown): value is Wrapper {
  if (!isPlain(value)) return false;
  for (const key in value) return TYPES.has(key);
  return false;
}

/**
 * The value that a wrapper stands for, as the driver wants it. A `BSONRegExp` is not checked yet: callers either
 * refuse it or bound it with `checkPattern`.
 */
export function decodeWrapper(walk: Walk, wrapper: Wrapper): unknown {
  const [type, ...others] = Object.keys(wrapper);
  if (others.length > 0) walk.refuse(`${type} must stand alone, without ${others[0]}`);
  const value = TYPES.get(type)?.(wrapper[type]);
  if (value === undefined) walk.refuse(`This is not a valid ${type}`);
  return value;
}

const isText = (value: unknown, form: RegExp): value is string =>
  typeof value === 'string' && form.test(value);

function onlyKeys(value: unknown, ...keys: string[]): value is Plain {
  return (
    isPlain(value) &&
    Object.keys(value).length === keys.length &&
    keys.every((key) => Object.hasOwn(value, key))
  );
}

function date(value: unknown): Date | undefined {
  if (typeof value === 'string') return parseIsoDate(value);
  const time = onlyKeys(value, '$numberLong') ? integer(value.$numberLong, 64) : value;
  if (typeof time !== 'number' && typeof time !== 'bigint') return undefined;
  const milliseconds = Number(time);
  return Number.isInteger(milliseconds) && Math.abs(milliseconds) <= MAX_TIME
    ? new Date(milliseconds)
    : undefined;
}

function integer(value: unknown, bits: 32 | 64): number | bigint | undefined {
  if (!isText(value, /^-?\d{1,20}$/)) return undefined;
  const whole = BigInt(value);
  if (BigInt.asIntN(bits, whole) !== whole) return undefined;
  return bits === 32 ? Number(whole) : whole;
}

function double(value: unknown): mongo.Double | undefined {
  if (typeof value !== 'string') return undefined;
  const special = SPECIAL_NUMBERS.get(value);
  const number = special ?? (NUMBER.test(value) ? Number(value) : NaN);
  if (special === undefined && !Number.isFinite(number)) return undefined;
  // The driver would store a plain 5 as an integer.
  return new Double(number);
}

function decimal(value: unknown): mongo.Decimal128 | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined;
  if (!SPECIAL_NUMBERS.has(value) && !NUMBER.test(value)) return undefined;
  try {
    return Decimal128.fromString(value);
  } catch {
    // More than 34 digits: rounding in silence would be worse.
    return undefined;
  }
}

function binary(value: unknown): mongo.Binary | undefined {
  if (!onlyKeys(value, 'base64', 'subType')) return undefined;
  const { base64, subType } = value;
  if (!isText(base64, /^[A-Za-z0-9+/]*={0,2}$/) || base64.length % 4 !== 0) return undefined;
  if (typeof subType !== 'string' || !BINARY_SUBTYPES.has(subType)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  if (subType !== '00' && subType !== '80' && bytes.length !== 16) return undefined;
  return new Binary(bytes, Number.parseInt(subType, 16));
}

function uuid(value: unknown): mongo.Binary | undefined {
  if (!isText(value, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)) return undefined;
  return new Binary(Buffer.from(value.replaceAll('-', ''), 'hex'), Binary.SUBTYPE_UUID);
}

function regularExpression(value: unknown): mongo.BSONRegExp | undefined {
  if (!onlyKeys(value, 'pattern', 'options')) return undefined;
  const { pattern, options } = value;
  if (typeof pattern !== 'string' || pattern.includes('\0') || !isText(options, /^[imsxu]*$/))
    return undefined;
  return new BSONRegExp(pattern, options);
}
