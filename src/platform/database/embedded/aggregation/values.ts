import { BSONSymbol, Code, Decimal128, Double, ObjectId, Timestamp } from 'bson';
import { isNumeric, isZero, toExactLong } from '../bson/numbers.js';
import { bsonType } from '../bson/types.js';
import { CommandError } from '../errors.js';

/** MongoDB's name of a value's type, as `$type` answers it and error messages print it. */
export function typeName(value: unknown): string {
  return value === undefined ? 'missing' : bsonType(value).alias;
}

/** Truth as expressions see it: everything but `false`, zero, `null` and missing. */
export function isTrue(value: unknown): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'undefined':
      return false;
    case 'number':
      return value !== 0;
    case 'bigint':
      return value !== 0n;
    case 'object':
      if (value === null) return false;
      return !isNumeric(value) || !isZero(value);
    default:
      return true;
  }
}

/** The value as an int32 when it is a number of any type with such a value, else `undefined`. */
export function asInt32(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : Number(toExactLong(value));
  return (number | 0) === number ? number | 0 : undefined;
}

/** Formats a double as the server does, with at most 16 significant digits. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential(15).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 16) {
    const fixed = value.toFixed(Math.min(100, 15 - exponent));
    return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
  }
  const digits = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** Text for the string operators that accept other types; `null` and missing are empty. */
export function coerceToString(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value == null) return '';
  switch (typeof value) {
    case 'number':
      return formatDouble(value);
    case 'bigint':
      return value.toString();
    case 'object':
      if (value instanceof Double) return formatDouble(value.value);
      if (value instanceof Decimal128) return value.toString();
      if (value instanceof Date) return isoString(value);
      if (value instanceof Code) return String(value.code);
      if (value instanceof BSONSymbol) return value.value;
      if (value instanceof Timestamp)
        return `Timestamp(${value.getHighBitsUnsigned()}, ${value.getLowBitsUnsigned()})`;
  }
  throw new CommandError(16007, `can't convert from BSON type ${typeName(value)} to String`);
}

/** The form of `$dateToString` without a format: ISO 8601 in UTC, defined for the years 0 to 9999. */
export function isoString(date: Date): string {
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    throw new CommandError(
      18537,
      'Could not convert date to string: date component was outside the supported range of 0-9999',
    );
  }
  return date.toISOString();
}

/** The instant of a date, a timestamp or an ObjectId; `undefined` for every other type. */
export function asDate(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  if (value instanceof ObjectId) return value.getTimestamp();
  if (value instanceof Timestamp) return new Date(value.getHighBitsUnsigned() * 1000);
  return undefined;
}

export function coerceToDate(value: unknown): Date {
  const date = asDate(value);
  if (date === undefined)
    throw new CommandError(16006, `can't convert from BSON type ${typeName(value)} to Date`);
  return date;
}

/** A short rendering of a value for an error message. */
export function show(value: unknown): string {
  if (value === undefined) return 'MISSING';
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return `"${clip(value)}"`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return value.toString();
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Double || value instanceof Decimal128 || value instanceof ObjectId)
    return value.toString();
  return `a value of type ${typeName(value)}`;
}

function clip(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
