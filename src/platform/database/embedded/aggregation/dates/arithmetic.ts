import { CommandError } from '../../errors.js';
import { calendarParts, DAY, dayNumber, daysInMonth, fromCalendar, isoDayOfWeek } from './calendar.js';
import { toInstant } from './time-zone.js';
import type { TimeZone } from './time-zone.js';

export type TimeUnit =
  'year' | 'quarter' | 'month' | 'week' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

/** Units whose length depends on the calendar, in months or days. */
const MONTHS_IN = new Map<TimeUnit, number>([
  ['year', 12],
  ['quarter', 3],
  ['month', 1],
]);
const DAYS_IN = new Map<TimeUnit, number>([
  ['week', 7],
  ['day', 1],
]);

/** Units of fixed length, in milliseconds. */
const MILLISECONDS_IN = new Map<TimeUnit, number>([
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['millisecond', 1],
]);

export function isTimeUnit(text: string): text is TimeUnit {
  const unit = text as TimeUnit;
  return MONTHS_IN.has(unit) || DAYS_IN.has(unit) || MILLISECONDS_IN.has(unit);
}

/** The usual length of a unit: months have 30 days and years 365. */
export function typicalMilliseconds(unit: TimeUnit): number {
  const months = MONTHS_IN.get(unit);
  if (months !== undefined) return (months === 12 ? 365 : months * 30) * DAY;
  return MILLISECONDS_IN.get(unit) ?? (DAYS_IN.get(unit) ?? 1) * DAY;
}

const DAY_NAMES = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** 1 for Monday to 7 for Sunday; `undefined` when the text names no day. */
export function parseDayOfWeek(text: string): number | undefined {
  const name = text.toLowerCase();
  const index = DAY_NAMES.findIndex((day) => day === name || day.slice(0, 3) === name);
  return index === -1 ? undefined : index + 1;
}

/** Days that MongoDB's date range spans; amounts beyond it are refused before any reckoning. */
const MAX_DAYS = 2 ** 64 / DAY + 1;

/** Adds calendar units in local time, keeping the time of day, and shorter units to the instant itself. */
export function addToDate(instant: number, unit: TimeUnit, amount: bigint, zone: TimeZone): number {
  const count = Number(amount);
  if (unit !== 'millisecond' && Math.abs(count) * typicalMilliseconds(unit) >= MAX_DAYS * DAY) {
    throw new CommandError(5976500, `invalid dateAdd 'amount' parameter value: ${amount} ${unit}`);
  }
  return requireInstant(addUnits(instant, unit, count, zone), 5166406, 'dateAdd overflowed');
}

function addUnits(instant: number, unit: TimeUnit, count: number, zone: TimeZone): number {
  const milliseconds = MILLISECONDS_IN.get(unit);
  if (milliseconds !== undefined) return instant + count * milliseconds;
  const local = instant + zone.offset(instant);
  const days = DAYS_IN.get(unit);
  if (days !== undefined) return toInstant(local + count * days * DAY, zone);
  const { year, month, day } = calendarParts(local);
  const months = year * 12 + month - 1 + count * (MONTHS_IN.get(unit) ?? 1);
  const targetYear = Math.floor(months / 12);
  const targetMonth = months - targetYear * 12 + 1;
  const date = fromCalendar(targetYear, targetMonth, Math.min(day, daysInMonth(targetYear, targetMonth)));
  return toInstant(date + (local - dayNumber(local) * DAY), zone);
}

/** Dates live in JavaScript's range, ±8.64e15 ms around the epoch. */
function requireInstant(instant: number, code: number, message: string): number {
  if (!(Math.abs(instant) <= 8.64e15)) throw new CommandError(code, message);
  return instant;
}

/** How many boundaries of a unit lie between two instants. */
export function dateDifference(
  start: number,
  end: number,
  unit: TimeUnit,
  zone: TimeZone,
  startOfWeek: number,
): bigint {
  const startOffset = zone.offset(start);
  const endOffset = zone.offset(end);
  return BigInt(unitsBetween(start, startOffset, end, endOffset, unit, startOfWeek));
}

function unitsBetween(
  start: number,
  startOffset: number,
  end: number,
  endOffset: number,
  unit: TimeUnit,
  startOfWeek: number,
): number {
  if (unit === 'millisecond') return end - start;
  const from = start + startOffset;
  const to = end + endOffset;
  const length = MILLISECONDS_IN.get(unit);
  if (length !== undefined) {
    return (
      Math.floor(to / length) - Math.floor(from / length) + Math.trunc((startOffset - endOffset) / length)
    );
  }
  return calendarUnitsBetween(from, to, unit, startOfWeek);
}

function calendarUnitsBetween(from: number, to: number, unit: TimeUnit, startOfWeek: number): number {
  if (unit === 'day') return dayNumber(to) - dayNumber(from);
  if (unit === 'week') {
    const days = dayNumber(to) - dayNumber(from);
    return (days + dayInWeek(from, startOfWeek) - dayInWeek(to, startOfWeek)) / 7;
  }
  const months = MONTHS_IN.get(unit) ?? 1;
  const index = (local: number): number => {
    const { year, month } = calendarParts(local);
    return Math.floor((year * 12 + month - 1) / months);
  };
  return index(to) - index(from);
}

/** 0 for the first day of a week that begins on `startOfWeek`. */
function dayInWeek(local: number, startOfWeek: number): number {
  return (isoDayOfWeek(local) - startOfWeek + 7) % 7;
}

/** 2000-01-01, a Saturday: bins of more than one unit are counted from here. */
const REFERENCE = fromCalendar(2000, 1, 1);
const REFERENCE_DAY = 6;
const MAX_CALENDAR_BIN = 100_000_000_000n;

/** The lower bound of the bin of `binSize` units that an instant falls into. */
export function truncateDate(
  instant: number,
  unit: TimeUnit,
  binSize: bigint,
  zone: TimeZone,
  startOfWeek: number,
): number {
  const length = MILLISECONDS_IN.get(unit);
  const reference = toInstant(REFERENCE, zone);
  if (length !== undefined) {
    const bin = Number(binSize) * length;
    if (bin >= 2 ** 63) throw new CommandError(5439002, 'dateTrunc overflowed');
    const result = instant - positiveRemainder(instant - reference, bin);
    return requireInstant(result, 5439001, 'dateTrunc overflowed');
  }
  if (binSize > MAX_CALENDAR_BIN) throw new CommandError(5439006, 'dateTrunc unsupported binSize value');
  const shift = unit === 'week' ? ((startOfWeek - REFERENCE_DAY + 7) % 7) * DAY : 0;
  const local = instant + zone.offset(instant);
  const distance = calendarUnitsBetween(REFERENCE + shift, local, unit, startOfWeek);
  const bin = BigInt(distance - positiveRemainder(distance, Number(binSize)));
  return addToDate(reference + shift, unit, bin, zone);
}

function positiveRemainder(value: number, divisor: number): number {
  const remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}
