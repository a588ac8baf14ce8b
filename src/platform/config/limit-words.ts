import { parseDuration } from './setting-parsers.js';

/** So many requests in any span of so many seconds; `off` for as many as one likes. */
export type RateLimit = { count: number; seconds: number } | 'off';

/** Whoever is refused so often within so many seconds is not heard for a while. */
export type BanRule = { violations: number; seconds: number; bannedSeconds: number } | 'off';

const MAX_COUNT = 1_000_000_000;
const DAY = 86_400;

/** What a limit must look like, after "must be". */
export const LIMIT_FORM = 'count/seconds such as 100/60, within a day, or off';

/** What a rule of bans must look like, after "must be". */
export const BAN_FORM = 'violations/seconds/banned-seconds such as 200/300/900, or off';

const partsOf = (text: string): unknown[] =>
  text.split('/').map((part, at) => (at === 0 ? Number(part.trim() || NaN) : parseDuration(part)));

/** `100/60` → 100 in 60 seconds; the time may also be written as `1m`. */
export function parseRateLimit(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^\s*off\s*$/i.test(value)) return 'off';
  const [count, seconds, ...rest] = partsOf(value);
  return rest.length === 0 ? { count, seconds } : value;
}

/** `200/300/900` → banned for 900 seconds after 200 refusals in 300. */
export function parseBanRule(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (/^\s*off\s*$/i.test(value)) return 'off';
  const [violations, seconds, bannedSeconds, ...rest] = partsOf(value);
  return rest.length === 0 ? { violations, seconds, bannedSeconds } : value;
}

const isWithin = (value: unknown, most: number) =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= most;

/** Whether a parsed value is a limit. */
export function isRateLimit(value: unknown): boolean {
  if (value === 'off') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { count, seconds } = value as Record<string, unknown>;
  return isWithin(count, MAX_COUNT) && isWithin(seconds, DAY);
}

/** Whether a parsed value is a rule of bans. */
export function isBanRule(value: unknown): boolean {
  if (value === 'off') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { violations, seconds, bannedSeconds } = value as Record<string, unknown>;
  return isWithin(violations, MAX_COUNT) && isWithin(seconds, DAY) && isWithin(bannedSeconds, 365 * DAY);
}

const PREFIX = 'RATE_LIMIT_';

/**
 * What is wrong with names of limits: one that nobody reads would leave open what the operator meant to close.
 *
 * @param given names that have a value
 * @param known every declared setting
 */
export function unknownLimits(given: Iterable<string>, known: ReadonlySet<string>): string[] {
  const limits = [...known].filter((name) => name.startsWith(PREFIX));
  const unknown = [...given].filter(
    (name) => name.startsWith(PREFIX) && !known.has(name.replace(/_FILE$/, '')),
  );
  return unknown.map((name) => `${name} limits nothing; there are ${limits.join(', ')}`);
}
