/** Local times are milliseconds reckoned as if they were UTC, so that `Date`'s UTC methods read their calendar. */

export const DAY = 86_400_000;

export interface CalendarParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

export function calendarParts(local: number): CalendarParts {
  const date = new Date(local);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/** The local time of a calendar date; months and days beyond their range carry over. */
export function fromCalendar(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day);
}

/** 1 for Sunday to 7 for Saturday. */
export function dayOfWeek(local: number): number {
  return new Date(local).getUTCDay() + 1;
}

/** 1 for Monday to 7 for Sunday. */
export function isoDayOfWeek(local: number): number {
  return new Date(local).getUTCDay() || 7;
}

/** 1 to 366. */
export function dayOfYear(local: number): number {
  return dayNumber(local) - dayNumber(fromCalendar(new Date(local).getUTCFullYear(), 1, 1)) + 1;
}

/** Days since the epoch. */
export function dayNumber(local: number): number {
  return Math.floor(local / DAY);
}

/** Week of the year where weeks begin on Sunday; days before the first Sunday are in week 0. */
export function week(local: number): number {
  return Math.floor((dayOfYear(local) - dayOfWeek(local) + 7) / 7);
}

/** ISO 8601 week and the year that it belongs to. */
export function isoWeek(local: number): { year: number; week: number } {
  const thursday = local + (4 - isoDayOfWeek(local)) * DAY;
  return { year: new Date(thursday).getUTCFullYear(), week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 };
}

/** The local time of an ISO week date. */
export function fromIsoWeek(year: number, weekOfYear: number, day: number): number {
  const fourth = fromCalendar(year, 1, 4);
  return fourth + ((weekOfYear - 1) * 7 + day - isoDayOfWeek(fourth)) * DAY;
}

export function daysInMonth(year: number, month: number): number {
  return new Date(fromCalendar(year, month + 1, 0)).getUTCDate();
}
