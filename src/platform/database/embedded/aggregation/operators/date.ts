import { toExactLong } from '../../bson/numbers.js';
import { CommandError, ERROR_CODES } from '../../errors.js';
import { addToDate, dateDifference, isTimeUnit, truncateDate } from '../dates/arithmetic.js';
import { formatDate, requireFormat } from '../dates/format.js';
import { parseDate, parseDateByFormat } from '../dates/parse.js';
import type { TimeZone } from '../dates/time-zone.js';
import { fold } from '../constant.js';
import { asDate, coerceToDate, show, typeName } from '../values.js';
import { compileNamed, named, required } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';
import { startOfWeekArgument, timeZoneArgument, unitArgument } from './date-arguments.js';

const TO_STRING: NamedShape = {
  notObject: 18629,
  unknown: 18534,
  required: { date: 18628 },
  optional: ['format', 'timezone', 'onNull'],
};

const dateToString = named(TO_STRING, ({ date, format, timezone, onNull }, given) => {
  const pattern = formatArgument(format, 18533, 'toString');
  const zone = timeZoneArgument(timezone, given.has('timezone'));
  if (date == null) return given.has('onNull') ? onNull : null;
  if (zone === undefined || (given.has('format') && pattern === undefined)) return null;
  return formatDate(pattern ?? DEFAULT_FORMAT, coerceToDate(date).getTime(), zone);
});

/** Up to 7.0 the `Z` is there in every time zone. */
const DEFAULT_FORMAT = '%Y-%m-%dT%H:%M:%S.%LZ';

function formatArgument(
  format: unknown,
  code: number,
  direction: 'toString' | 'fromString',
): string | undefined {
  if (format == null) return undefined;
  if (typeof format !== 'string') {
    throw new CommandError(code, `a date needs 'format' to be a string, found: ${typeName(format)}`);
  }
  requireFormat(format, direction);
  return format;
}

const FROM_STRING: NamedShape = {
  notObject: 40540,
  unknown: 40541,
  required: { dateString: 40542 },
  optional: ['format', 'timezone', 'onNull', 'onError'],
};

const dateFromString: Operator = (argument, scope, name) => {
  const compiled = compileNamed(argument, scope, name, FROM_STRING);
  const dateString = required(compiled, 'dateString');
  const formatExpression = compiled.get('format');
  const timezone = compiled.get('timezone');
  const onNull = compiled.get('onNull');
  const onError = compiled.get('onError');
  return fold([...compiled.values()], (root) => {
    const text = dateString(root);
    const format = formatArgument(formatExpression?.(root), 40684, 'fromString');
    const zone = timeZoneArgument(timezone?.(root), timezone !== undefined);
    if (text == null) return onNull === undefined ? null : onNull(root);
    if (
      typeof text === 'string' &&
      (zone === undefined || (formatExpression !== undefined && format === undefined))
    ) {
      return null;
    }
    try {
      return readDate(text, format, zone);
    } catch (error) {
      if (onError !== undefined && isConversionFailure(error)) return onError(root);
      throw error;
    }
  });
};

function readDate(text: unknown, format: string | undefined, zone: TimeZone | undefined): Date | null {
  if (typeof text !== 'string') {
    throw new CommandError(
      'ConversionFailure',
      `$dateFromString requires that 'dateString' be a string, found: ${typeName(text)}`,
    );
  }
  if (zone === undefined) return null;
  return format === undefined ? parseDate(text, zone) : parseDateByFormat(text, format, zone);
}

/** Whether `onError` answers for an error. */
export function isConversionFailure(error: unknown): boolean {
  return error instanceof CommandError && error.code === ERROR_CODES.ConversionFailure;
}

const ADD: NamedShape = {
  notObject: 5166400,
  unknown: 5166401,
  required: { startDate: 5166402, unit: 5166402, amount: 5166402 },
  optional: ['timezone'],
};

function dateAdder(sign: 1n | -1n): Operator {
  return named(ADD, ({ startDate, unit, amount, timezone }, given, _scope, name) => {
    if (startDate == null || unit == null || amount == null) return null;
    const zone = timeZoneArgument(timezone, given.has('timezone'));
    if (zone === undefined) return null;
    const date = asDate(startDate);
    if (date === undefined)
      throw new CommandError(5166403, `${name} requires startDate to be convertible to a date`);
    if (typeof unit !== 'string')
      throw new CommandError(5166404, `${name} expects string defining the time unit`);
    if (!isTimeUnit(unit)) throw new CommandError('FailedToParse', `unknown time unit value: ${show(unit)}`);
    const count = toExactLong(amount);
    if (count === undefined) throw new CommandError(5166405, `${name} expects integer amount of time units`);
    if (sign < 0n && count === -(2n ** 63n)) {
      throw new CommandError(6045000, `invalid $dateSubtract 'amount' parameter value: ${count}`);
    }
    return new Date(addToDate(date.getTime(), unit, sign * count, zone));
  });
}

const DIFF: NamedShape = {
  notObject: 5166301,
  unknown: 5166302,
  required: { startDate: 5166303, endDate: 5166304, unit: 5166305 },
  optional: ['timezone', 'startOfWeek'],
};

const dateDiff = named(DIFF, ({ startDate, endDate, unit, timezone, startOfWeek }, given, _scope, name) => {
  if (startDate == null || endDate == null || unit == null) return null;
  const weekly = given.has('startOfWeek') && unit === 'week';
  if (weekly && startOfWeek == null) return null;
  const zone = timeZoneArgument(timezone, given.has('timezone'));
  if (zone === undefined) return null;
  const start = requireDate(startDate, 5166307, name, 'startDate');
  const end = requireDate(endDate, 5166307, name, 'endDate');
  const timeUnit = unitArgument(unit, name);
  return dateDifference(start, end, timeUnit, zone, startOfWeekArgument(startOfWeek, weekly, name));
});

function requireDate(value: unknown, code: number, name: string, argument: string): number {
  const date = asDate(value);
  if (date === undefined) {
    throw new CommandError(code, `${name} requires '${argument}' to be a date, but got ${typeName(value)}`);
  }
  return date.getTime();
}

const TRUNC: NamedShape = {
  notObject: 5439007,
  unknown: 5439008,
  required: { date: 5439009, unit: 5439010 },
  optional: ['binSize', 'timezone', 'startOfWeek'],
};

const dateTrunc = named(TRUNC, ({ date, unit, binSize, timezone, startOfWeek }, given, _scope, name) => {
  if (date == null || unit == null || (given.has('binSize') && binSize == null)) return null;
  const weekly = given.has('startOfWeek') && unit === 'week';
  if (weekly && startOfWeek == null) return null;
  const zone = timeZoneArgument(timezone, given.has('timezone'));
  if (zone === undefined) return null;
  const instant = requireDate(date, 5439012, name, 'date');
  const timeUnit = unitArgument(unit, name);
  const size = given.has('binSize') ? binSizeArgument(binSize) : 1n;
  return new Date(
    truncateDate(instant, timeUnit, size, zone, startOfWeekArgument(startOfWeek, weekly, name)),
  );
});

function binSizeArgument(value: unknown): bigint {
  const size = toExactLong(value);
  if (size === undefined) {
    throw new CommandError(
      5439017,
      `$dateTrunc requires 'binSize' to be a 64-bit integer, but got ${show(value)}`,
    );
  }
  if (size <= 0n) {
    throw new CommandError(
      5439018,
      `$dateTrunc requires 'binSize' to be greater than 0, but got value ${size}`,
    );
  }
  return size;
}

export const dateOperators: OperatorFamily = [
  ['$dateToString', dateToString],
  ['$dateFromString', dateFromString],
  ['$dateAdd', dateAdder(1n)],
  ['$dateSubtract', dateAdder(-1n)],
  ['$dateDiff', dateDiff],
  ['$dateTrunc', dateTrunc],
];
