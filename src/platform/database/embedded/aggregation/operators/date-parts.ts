import { toExactLong } from '../../bson/numbers.js';
import { keysOf } from '../../bson/key-order.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { fold } from '../constant.js';
import {
  calendarParts,
  dayOfWeek,
  dayOfYear,
  fromCalendar,
  fromIsoWeek,
  isoDayOfWeek,
  isoWeek,
  week,
} from '../dates/calendar.js';
import type { CalendarParts } from '../dates/calendar.js';
import { findTimeZone, toInstant, UTC } from '../dates/time-zone.js';
import type { TimeZone } from '../dates/time-zone.js';
import { compile } from '../scope.js';
import type { Expression } from '../scope.js';
import { coerceToDate, show, typeName } from '../values.js';
import { compileNamed, named, required } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';
import { timeZoneArgument } from './date-arguments.js';

const PART: NamedShape = {
  notObject: 40535,
  unknown: 40535,
  required: { date: 40539 },
  optional: ['timezone'],
};

/** `{$year: <date>}` or `{$year: {date, timezone}}`. */
function datePart(read: (local: number) => number | bigint): Operator {
  return (argument, scope, name) => {
    let date: Expression;
    let timezone: Expression | undefined;
    if (isDocument(argument) && keysOf(argument)[0]?.startsWith('$') !== true) {
      const compiled = compileNamed(argument, scope, name, PART);
      date = required(compiled, 'date');
      timezone = compiled.get('timezone');
    } else {
      if (Array.isArray(argument) && argument.length !== 1) {
        throw new CommandError(
          40536,
          `${name} accepts exactly one argument if given an array, but was given ${argument.length}`,
        );
      }
      date = compile(Array.isArray(argument) ? argument[0] : argument, scope);
    }
    return fold(timezone === undefined ? [date] : [date, timezone], (root) => {
      const value = date(root);
      if (value == null) return null;
      const instant = coerceToDate(value).getTime();
      const zone = partZone(timezone, root, name);
      return zone === undefined ? null : read(instant + zone.offset(instant));
    });
  };
}

function partZone(
  timezone: Expression | undefined,
  root: Parameters<Expression>[0],
  name: string,
): TimeZone | undefined {
  if (timezone === undefined) return UTC;
  const value = timezone(root);
  if (value == null) return undefined;
  if (typeof value !== 'string') {
    throw new CommandError(
      40533,
      `${name} requires a string for the timezone argument, but was given ${typeName(value)}`,
    );
  }
  return findTimeZone(value);
}

const part = (key: keyof CalendarParts): Operator => datePart((local) => calendarParts(local)[key]);

const FROM_PARTS: NamedShape = {
  notObject: 40519,
  unknown: 40518,
  required: {},
  optional: [
    'year',
    'month',
    'day',
    'hour',
    'minute',
    'second',
    'millisecond',
    'isoWeekYear',
    'isoWeek',
    'isoDayOfWeek',
    'timezone',
  ],
};

const fromPartValues = named(FROM_PARTS, (values, given) => {
  const number = (field: string, absent: number, bounded = true): number | undefined =>
    given.has(field) ? partNumber(values[field], field, bounded) : absent;
  const hour = number('hour', 0);
  const minute = number('minute', 0);
  const second = number('second', 0, false);
  const millisecond = number('millisecond', 0, false);
  const zone = timeZoneArgument(values.timezone, given.has('timezone'));
  const date = given.has('year')
    ? calendarDate(number('year', 1970, false), number('month', 1), number('day', 1))
    : isoDate(number('isoWeekYear', 1970, false), number('isoWeek', 1), number('isoDayOfWeek', 1));
  if (hour === undefined || minute === undefined || second === undefined || millisecond === undefined)
    return null;
  if (zone === undefined || date === undefined) return null;
  const instant = toInstant(date + hour * 3_600_000 + minute * 60_000 + second * 1000 + millisecond, zone);
  if (!(Math.abs(instant) <= 8.64e15)) throw new CommandError('Overflow', '$dateFromParts: date overflow');
  return new Date(instant);
});

/** Parts other than the year, seconds and milliseconds are bounded so that they cannot overflow a date. */
const MAX_PART = 32767;

function partNumber(value: unknown, field: string, bounded: boolean): number | undefined {
  if (value == null) return undefined;
  const exact = toExactLong(value);
  if (exact === undefined) {
    throw new CommandError(
      40515,
      `'${field}' must evaluate to an integer, found ${typeName(value)}: ${show(value)}`,
    );
  }
  const number = Number(exact);
  if (bounded && (number > MAX_PART || number < -MAX_PART - 1)) {
    throw new CommandError(
      31034,
      `'${field}' must evaluate to a value in the range [${-MAX_PART - 1}, ${MAX_PART}]; value ${number} is not in range`,
    );
  }
  return number;
}

function calendarDate(year?: number, month?: number, day?: number): number | undefined {
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (year < 1 || year > 9999) {
    throw new CommandError(40523, `'year' must evaluate to an integer in the range 1 to 9999, found ${year}`);
  }
  return fromCalendar(year, month, day);
}

function isoDate(year?: number, weekOfYear?: number, day?: number): number | undefined {
  if (year === undefined || weekOfYear === undefined || day === undefined) return undefined;
  if (year < 1 || year > 9999) {
    throw new CommandError(
      31095,
      `'isoWeekYear' must evaluate to an integer in the range 1 to 9999, found ${year}`,
    );
  }
  return fromIsoWeek(year, weekOfYear, day);
}

const dateFromParts: Operator = (argument, scope, name) => {
  if (isDocument(argument)) {
    const has = (...fields: string[]): boolean => fields.some((field) => Object.hasOwn(argument, field));
    if (
      !has('year', 'isoWeekYear') &&
      Object.keys(argument).every((key) => FROM_PARTS.optional?.includes(key))
    ) {
      throw new CommandError(40516, "$dateFromParts requires either 'year' or 'isoWeekYear' to be present");
    }
    if (has('year') && has('isoWeekYear', 'isoWeek', 'isoDayOfWeek')) {
      throw new CommandError(40489, '$dateFromParts does not allow mixing natural dates with ISO dates');
    }
    if (has('isoWeekYear') && has('month', 'day')) {
      throw new CommandError(40525, '$dateFromParts does not allow mixing ISO dates with natural dates');
    }
  }
  return fromPartValues(argument, scope, name);
};

const TO_PARTS: NamedShape = {
  notObject: 40524,
  unknown: 40520,
  required: { date: 40522 },
  optional: ['timezone', 'iso8601'],
};

const dateToParts = named(TO_PARTS, ({ date, timezone, iso8601 }, given) => {
  const zone = timeZoneArgument(timezone, given.has('timezone'));
  if (zone === undefined) return null;
  const iso = given.has('iso8601') ? iso8601 : false;
  if (iso == null) return null;
  if (typeof iso !== 'boolean')
    throw new CommandError(40521, `iso8601 must evaluate to a bool, found ${typeName(iso)}`);
  if (date == null) return null;
  const instant = coerceToDate(date).getTime();
  const local = instant + zone.offset(instant);
  const { year, month, day, ...time } = calendarParts(local);
  if (!iso) return { year, month, day, ...time };
  const weekDate = isoWeek(local);
  return { isoWeekYear: weekDate.year, isoWeek: weekDate.week, isoDayOfWeek: isoDayOfWeek(local), ...time };
});

export const datePartOperators: OperatorFamily = [
  ['$year', part('year')],
  ['$month', part('month')],
  ['$dayOfMonth', part('day')],
  ['$hour', part('hour')],
  ['$minute', part('minute')],
  ['$second', part('second')],
  ['$millisecond', part('millisecond')],
  ['$dayOfWeek', datePart(dayOfWeek)],
  ['$dayOfYear', datePart(dayOfYear)],
  ['$week', datePart(week)],
  ['$isoDayOfWeek', datePart(isoDayOfWeek)],
  ['$isoWeek', datePart((local) => isoWeek(local).week)],
  ['$isoWeekYear', datePart((local) => BigInt(isoWeek(local).year))],
  ['$dateFromParts', dateFromParts],
  ['$dateToParts', dateToParts],
];
