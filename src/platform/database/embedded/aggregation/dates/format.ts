import { CommandError } from '../../errors.js';
import { calendarParts, dayOfWeek, dayOfYear, isoDayOfWeek, isoWeek, week } from './calendar.js';
import type { CalendarParts } from './calendar.js';
import type { TimeZone } from './time-zone.js';

export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const TO_STRING = 'bBdGHjLmMSwuUVYzZ';
const FROM_STRING = 'bBdGHjLmMSuVYzZ';

/** Refuses formats with an unknown or unfinished specifier. */
export function requireFormat(format: string, direction: 'toString' | 'fromString'): void {
  const allowed = direction === 'toString' ? TO_STRING : FROM_STRING;
  for (let index = format.indexOf('%'); index !== -1; index = format.indexOf('%', index + 2)) {
    const specifier = format[index + 1];
    if (specifier === undefined) throw new CommandError(18535, "Unmatched '%' at end of format string");
    if (specifier !== '%' && !allowed.includes(specifier)) {
      throw new CommandError(18536, `Invalid format character '%${specifier}' in format string`);
    }
  }
}

/** Writes a date by a format that {@link requireFormat} accepted. */
export function formatDate(format: string, instant: number, zone: TimeZone): string {
  const offset = zone.offset(instant);
  const local = instant + offset;
  const parts = calendarParts(local);
  let text = '';
  for (let index = 0; index < format.length; index++) {
    const character = format[index];
    text += character === '%' ? formatPart(format[++index], parts, local, offset) : character;
  }
  return text;
}

function formatPart(specifier: string, parts: CalendarParts, local: number, offset: number): string {
  switch (specifier) {
    case 'b':
      return MONTHS[parts.month - 1]?.slice(0, 3) ?? '';
    case 'B':
      return MONTHS[parts.month - 1] ?? '';
    case 'd':
      return padded(parts.day, 2);
    case 'G':
      return year(isoWeek(local).year);
    case 'H':
      return padded(parts.hour, 2);
    case 'j':
      return padded(dayOfYear(local), 3);
    case 'L':
      return padded(parts.millisecond, 3);
    case 'm':
      return padded(parts.month, 2);
    case 'M':
      return padded(parts.minute, 2);
    case 'S':
      return padded(parts.second, 2);
    case 'w':
      return String(dayOfWeek(local));
    case 'u':
      return String(isoDayOfWeek(local));
    case 'U':
      return padded(week(local), 2);
    case 'V':
      return padded(isoWeek(local).week, 2);
    case 'Y':
      return year(parts.year);
    case 'z':
      return offsetText(offset);
    case 'Z':
      return String(Math.trunc(offset / 60_000));
    default:
      return specifier;
  }
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function year(value: number): string {
  if (!(value >= 0 && value <= 9999)) {
    throw new CommandError(
      18537,
      `Could not convert date to string: date component was outside the supported range of 0-9999: ${value}`,
    );
  }
  return padded(value, 4);
}

function offsetText(offset: number): string {
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(minutes / 60), 2)}${padded(minutes % 60, 2)}`;
}
