import { CommandError } from '../../errors.js';
import { calendarParts, fromCalendar, fromIsoWeek } from './calendar.js';
import { MONTHS } from './format.js';
import { toInstant } from './time-zone.js';
import type { TimeZone } from './time-zone.js';

/** What a date string says; absent fields were not in it. */
export interface ParsedDate {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  isoYear?: number;
  isoWeek?: number;
  isoDay?: number;
  hour?: number;
  minute?: number;
  second?: number;
  millisecond?: number;
  /** Milliseconds to add to UTC, from an offset or a zone's abbreviation in the string. */
  offset?: number;
}

function failure(text: string, reason: string): CommandError {
  return new CommandError('ConversionFailure', `Error parsing date string '${text.slice(0, 80)}'; ${reason}`);
}

const MINUTE = 60_000;

/** Abbreviations that a date string may carry, in hours from UTC. */
const ABBREVIATIONS = new Map<string, number>([
  ['Z', 0],
  ['UTC', 0],
  ['GMT', 0],
  ['WET', 0],
  ['WEST', 1],
  ['BST', 1],
  ['CET', 1],
  ['CEST', 2],
  ['EET', 2],
  ['EEST', 3],
  ['MSK', 3],
  ['EST', -5],
  ['EDT', -4],
  ['CST', -6],
  ['CDT', -5],
  ['MST', -7],
  ['MDT', -6],
  ['PST', -8],
  ['PDT', -7],
]);

const MONTH =
  '(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const ORDINAL = '(?:st|nd|rd|th)?';

/** The written forms of a date, tried in this order at the beginning of the string. */
const DATE_FORMS: readonly RegExp[] = [
  /^(?<isoYear>\d{4})-?W(?<isoWeek>\d\d)(?:-?(?<isoDay>[1-7]))?/,
  /^(?<year>\d{4})-(?<month>\d\d?)-(?<day>\d\d?)(?!\d)/,
  /^(?<year>\d{4})\/(?<month>\d\d?)\/(?<day>\d\d?)(?!\d)/,
  /^(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)(?!\d)/,
  /^(?<year>\d{4})[-.]?(?<dayOfYear>\d{3})(?!\d)/,
  /^(?<year>\d{4})-(?<month>\d\d)(?![\d-])/,
  /^(?<month>\d\d?)\/(?<day>\d\d?)\/(?<year>\d{4})(?!\d)/,
  /^(?<day>\d\d?)[-.](?<month>\d\d?)[-.](?<year>\d{4})(?!\d)/,
  new RegExp(`^(?<day>\\d\\d?)${ORDINAL}[ .\\t-]*${MONTH}[ .,\\t-]*(?<year>\\d{4})(?!\\d)`, 'i'),
  new RegExp(`^${MONTH}[ .\\t-]*(?<day>\\d\\d?)${ORDINAL}[ .,\\t-]+(?<year>\\d{4})(?!\\d)`, 'i'),
  new RegExp(`^(?<year>\\d{4})[ .\\t-]*${MONTH}[ .\\t-]*(?<day>\\d\\d?)(?!\\d)`, 'i'),
];

const WEEKDAY = /^(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:day)?[ ,\t]+/i;
const TIME =
  /^(?:[T \t]\s*)?(?<hour>\d\d?)(?::(?<minute>\d\d)(?::(?<second>\d\d)(?:[.,](?<fraction>\d+))?)?)?\s*(?<half>[ap]\.?m\.?)?(?![\d:])/i;
const COMPACT_TIME = /^T(?<hour>\d\d)(?<minute>\d\d)(?<second>\d\d)?(?:[.,](?<fraction>\d+))?(?!\d)/;
const OFFSET = /^\s*(?:GMT|UTC)?(?<sign>[+-])(?<hours>\d\d?):?(?<minutes>\d\d)?(?!\d)/;
const ABBREVIATION = /^\s*(?<zone>[A-Za-z]{1,5})(?![A-Za-z/_])/;

/** Reads the forms that people and programs write: ISO 8601, RFC 2822, American dates, month names. */
export function parseDate(text: string, zone: TimeZone): Date {
  let rest = text.trim().replace(WEEKDAY, '');
  const parsed: ParsedDate = {};
  const date = DATE_FORMS.map((form) => form.exec(rest)).find((match) => match !== null);
  if (date == null) throw failure(text, 'no date found');
  readGroups(parsed, date.groups);
  rest = rest.slice(date[0].length);
  const time = COMPACT_TIME.exec(rest) ?? TIME.exec(rest);
  if (time !== null) {
    readTime(parsed, time.groups ?? {}, text);
    rest = rest.slice(time[0].length);
  }
  parsed.offset = readZone(rest, text);
  return toDate(parsed, text, zone);
}

function readGroups(parsed: ParsedDate, groups: Readonly<Record<string, string | undefined>> = {}): void {
  for (const key of ['year', 'month', 'day', 'dayOfYear', 'isoYear', 'isoWeek', 'isoDay'] as const) {
    const value = groups[key];
    if (value !== undefined) parsed[key] = Number(value);
  }
  if (groups.name !== undefined) parsed.month = monthNumber(groups.name);
  if (parsed.year !== undefined && parsed.month !== undefined) parsed.day ??= 1;
}

function monthNumber(name: string): number {
  const start = name.slice(0, 3).toLowerCase();
  return MONTHS.findIndex((month) => month.slice(0, 3).toLowerCase() === start) + 1;
}

function readTime(
  parsed: ParsedDate,
  groups: Readonly<Record<string, string | undefined>>,
  text: string,
): void {
  let hour = Number(groups.hour);
  if (groups.half !== undefined) {
    if (hour < 1 || hour > 12) throw failure(text, 'the parsed time was invalid');
    hour = (hour % 12) + (/^p/i.test(groups.half) ? 12 : 0);
  } else if (groups.minute === undefined) {
    throw failure(text, 'a time needs minutes');
  }
  parsed.hour = hour;
  parsed.minute = Number(groups.minute ?? 0);
  parsed.second = Number(groups.second ?? 0);
  parsed.millisecond = Math.trunc(Number(`0.${groups.fraction ?? 0}`) * 1000 + 1e-9);
}

function readZone(rest: string, text: string): number | undefined {
  if (rest.trim() === '') return undefined;
  const offset = OFFSET.exec(rest);
  if (offset?.[0] === rest.trimEnd() && offset.groups !== undefined) {
    const { sign, hours, minutes = '0' } = offset.groups;
    return (Number(hours) * 60 + Number(minutes)) * MINUTE * (sign === '-' ? -1 : 1);
  }
  const abbreviation = ABBREVIATION.exec(rest);
  const hours = ABBREVIATIONS.get(abbreviation?.groups?.zone?.toUpperCase() ?? '');
  if (abbreviation?.[0] === rest.trimEnd() && hours !== undefined) return hours * 60 * MINUTE;
  if (/^\s*[A-Za-z]+\/[A-Za-z_]+/.test(rest)) {
    throw failure(text, 'passing a time zone identifier as part of the string is not allowed');
  }
  throw failure(text, `unexpected '${rest.trim().slice(0, 20)}'`);
}

/** Checks what was read and finds its instant; an absent time is midnight. */
export function toDate(parsed: ParsedDate, text: string, zone: TimeZone): Date {
  const { hour = 0, minute = 0, second = 0, millisecond = 0, offset } = parsed;
  if (parsed.hour === undefined && (parsed.minute !== undefined || parsed.second !== undefined)) {
    throw incomplete(text);
  }
  if (hour > 23 || minute > 59 || second > 59) throw failure(text, 'the parsed time was invalid');
  if (offset !== undefined && !zone.isUtc) {
    throw new CommandError(
      'ConversionFailure',
      'you cannot pass in a date/time string with time zone information together with a timezone argument',
    );
  }
  const local = localDate(parsed, text) + hour * 3_600_000 + minute * MINUTE + second * 1000 + millisecond;
  return new Date(offset === undefined ? toInstant(local, zone) : local - offset);
}

function localDate(parsed: ParsedDate, text: string): number {
  const { year, month, day, dayOfYear, isoYear, isoWeek, isoDay = 1 } = parsed;
  if (isoYear !== undefined && isoWeek !== undefined) {
    if (isoWeek < 1 || isoWeek > 53) throw failure(text, 'the parsed date was invalid');
    return fromIsoWeek(isoYear, isoWeek, isoDay);
  }
  if (year === undefined) throw incomplete(text);
  if (dayOfYear !== undefined) {
    const local = fromCalendar(year, 1, dayOfYear);
    if (dayOfYear < 1 || calendarParts(local).year !== year)
      throw failure(text, 'the parsed date was invalid');
    return local;
  }
  if (month === undefined || day === undefined) throw incomplete(text);
  const local = fromCalendar(year, month, day);
  const parts = calendarParts(local);
  if (parts.month !== month || parts.day !== day) throw failure(text, 'the parsed date was invalid');
  return local;
}

function incomplete(text: string): CommandError {
  return new CommandError(
    'ConversionFailure',
    `an incomplete date/time string has been found, with elements missing: "${text.slice(0, 80)}"`,
  );
}

/** What each specifier of a format takes from the string. */
const SPECIFIERS = new Map<string, { form: RegExp; read: (parsed: ParsedDate, text: string) => void }>([
  ['b', { form: /[A-Za-z]{3}/y, read: readMonthName }],
  ['B', { form: /[A-Za-z]{3,9}/y, read: readMonthName }],
  ['d', { form: /\d\d?/y, read: (parsed, text) => (parsed.day = Number(text)) }],
  ['G', { form: /\d{4}/y, read: (parsed, text) => (parsed.isoYear = Number(text)) }],
  ['H', { form: /\d\d?/y, read: (parsed, text) => (parsed.hour = Number(text)) }],
  ['j', { form: /\d{1,3}/y, read: (parsed, text) => (parsed.dayOfYear = Number(text)) }],
  ['L', { form: /\d{1,3}/y, read: (parsed, text) => (parsed.millisecond = Number(text.padEnd(3, '0'))) }],
  ['m', { form: /\d\d?/y, read: (parsed, text) => (parsed.month = Number(text)) }],
  ['M', { form: /\d\d/y, read: (parsed, text) => (parsed.minute = Number(text)) }],
  ['S', { form: /\d\d/y, read: (parsed, text) => (parsed.second = Number(text)) }],
  ['u', { form: /[1-7]/y, read: (parsed, text) => (parsed.isoDay = Number(text)) }],
  ['V', { form: /\d\d?/y, read: (parsed, text) => (parsed.isoWeek = Number(text)) }],
  ['Y', { form: /\d{4}/y, read: (parsed, text) => (parsed.year = Number(text)) }],
  ['z', { form: /Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?/y, read: readOffset }],
  ['Z', { form: /[+-]?\d{1,4}/y, read: (parsed, text) => (parsed.offset = Number(text) * MINUTE) }],
]);

function readMonthName(parsed: ParsedDate, text: string): void {
  const month = MONTHS.findIndex((name) => {
    const known = name.toLowerCase();
    return known === text.toLowerCase() || known.slice(0, 3) === text.toLowerCase();
  });
  parsed.month = month + 1;
}

function readOffset(parsed: ParsedDate, text: string): void {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
  const [, sign, hours, minutes = '0'] = match ?? ['', '+', '0'];
  parsed.offset = (Number(hours) * 60 + Number(minutes)) * MINUTE * (sign === '-' ? -1 : 1);
}

/** Reads a date by a format that was checked before. */
export function parseDateByFormat(text: string, format: string, zone: TimeZone): Date {
  const parsed: ParsedDate = {};
  let position = 0;
  for (let index = 0; index < format.length; index++) {
    const character = format[index] ?? '';
    const specifier = character === '%' ? (format[++index] ?? '') : '';
    const rule = SPECIFIERS.get(specifier);
    if (rule === undefined) {
      const literal = specifier === '' ? character : specifier;
      if (text[position] !== literal) throw failure(text, `expected '${literal}' at ${position}`);
      position++;
      continue;
    }
    rule.form.lastIndex = position;
    const match = rule.form.exec(text);
    if (match === null) throw failure(text, `expected '%${specifier}' at ${position}`);
    rule.read(parsed, match[0]);
    position += match[0].length;
  }
  if (position < text.length) throw failure(text, `trailing data at ${position}`);
  return toDate(parsed, text, zone);
}
