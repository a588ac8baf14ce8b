import { DateTime } from 'luxon';

/** A calendar date with an optional time and zone; the other forms of ISO 8601 are too easily meant otherwise. */
const DATE = /^[+-]?\d{4,6}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/;

/** Reads an ISO 8601 date; without a zone it is UTC. `undefined` for anything else, also for 30 February. */
export function parseIsoDate(text: string): Date | undefined {
  if (!DATE.test(text)) return undefined;
  const date = DateTime.fromISO(text, { zone: 'utc' });
  return date.isValid ? date.toJSDate() : undefined;
}
