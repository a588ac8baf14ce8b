import { CommandError } from '../../errors.js';
import { findTimeZone, UTC } from '../dates/time-zone.js';
import type { TimeZone } from '../dates/time-zone.js';
import { isTimeUnit, parseDayOfWeek } from '../dates/arithmetic.js';
import type { TimeUnit } from '../dates/arithmetic.js';
import { show, typeName } from '../values.js';

/** A `timezone` argument: UTC when it was not given, `undefined` when it is `null` or missing. */
export function timeZoneArgument(value: unknown, given: boolean): TimeZone | undefined {
  if (!given) return UTC;
  if (value == null) return undefined;
  if (typeof value !== 'string') {
    throw new CommandError(40517, `timezone must evaluate to a string, found ${typeName(value)}`);
  }
  return findTimeZone(value);
}

/** A `unit` argument of `$dateDiff` and `$dateTrunc`. */
export function unitArgument(value: unknown, name: string): TimeUnit {
  if (typeof value !== 'string') {
    throw new CommandError(5439013, `${name} requires 'unit' to be a string, but got ${typeName(value)}`);
  }
  if (!isTimeUnit(value)) {
    throw new CommandError(
      5439014,
      `${name} parameter 'unit' value cannot be recognized as a time unit: ${show(value)}`,
    );
  }
  return value;
}

const SUNDAY = 7;

/** A `startOfWeek` argument, which only matters for weeks. */
export function startOfWeekArgument(value: unknown, active: boolean, name: string): number {
  if (!active) return SUNDAY;
  if (typeof value !== 'string') {
    throw new CommandError(
      5439015,
      `${name} requires 'startOfWeek' to be a string, but got ${typeName(value)}`,
    );
  }
  const day = parseDayOfWeek(value);
  if (day === undefined) {
    throw new CommandError(
      5439016,
      `${name} parameter 'startOfWeek' value cannot be recognized as a day of a week: ${show(value)}`,
    );
  }
  return day;
}
