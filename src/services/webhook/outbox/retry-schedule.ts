import { withJitter } from '../../../platform/jobs/backoff.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long an endpoint may be away before a message is given up, in milliseconds. */
export const GIVE_UP_MS = 72 * HOUR;

/** Waits between tries; the last one repeats. */
const WAITS = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/**
 * When a message is sent again.
 *
 * @param sent how often it was sent so far, at least once
 * @param since when the first try was due
 * @param askedMs how long the endpoint has asked to be left alone
 * @returns `undefined` when it is given up
 */
export function nextTry(sent: number, since: Date, now: Date, askedMs = 0): Date | undefined {
  const end = since.getTime() + GIVE_UP_MS;
  if (now.getTime() >= end) return undefined;
  const wait = withJitter(WAITS[Math.min(sent, WAITS.length) - 1]);
  // The last try comes when the time is over, and not long before.
  return new Date(Math.min(now.getTime() + Math.max(wait, askedMs), end));
}

/** What `Retry-After` says, in milliseconds; a date is not looked at. */
export function askedWait(header: string | string[] | undefined): number {
  if (typeof header !== 'string' || !/^\d{1,6}$/.test(header)) return 0;
  return Math.min(Number(header) * SECOND, 24 * HOUR);
}
