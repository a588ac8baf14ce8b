import { IANAZone } from 'luxon';
import { CommandError } from '../../errors.js';

/** How far local time is from UTC. */
export interface TimeZone {
  /** UTC itself; a date string with an offset of its own is allowed only here. */
  readonly isUtc: boolean;
  /** Milliseconds to add to an instant to get its local time. */
  offset(instant: number): number;
}

export const UTC: TimeZone = { isUtc: true, offset: () => 0 };

const MINUTE = 60_000;

/** Offsets change at quarter hours at the finest, so that one answer serves a whole quarter. */
const QUARTER_HOUR = 15 * MINUTE;
const MAX_CACHED_OFFSETS = 4096;

class NamedZone implements TimeZone {
  readonly isUtc = false;
  private readonly offsets = new Map<number, number>();

  constructor(private readonly zone: IANAZone) {}

  offset(instant: number): number {
    const quarter = Math.floor(instant / QUARTER_HOUR);
    const known = this.offsets.get(quarter);
    if (known !== undefined) return known;
    if (this.offsets.size >= MAX_CACHED_OFFSETS) this.offsets.clear();
    const offset = Math.round(this.zone.offset(quarter * QUARTER_HOUR) * MINUTE);
    this.offsets.set(quarter, offset);
    return offset;
  }
}

const zones = new Map<string, TimeZone>([['UTC', UTC]]);
const MAX_ZONES = 1000;

/**
 * Finds a time zone by its Olson identifier or by an offset such as `+02`, `+0200` or `+02:00`.
 *
 * @throws CommandError 40485 for anything else
 */
export function findTimeZone(id: string): TimeZone {
  const known = zones.get(id);
  if (known !== undefined) return known;
  const zone = fixedOffset(id) ?? namedZone(id);
  if (zones.size < MAX_ZONES) zones.set(id, zone);
  return zone;
}

function fixedOffset(id: string): TimeZone | undefined {
  const match = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(id);
  if (match === null) return undefined;
  const [, sign, hours, minutes = '0'] = match;
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE * (sign === '-' ? -1 : 1);
  return offset === 0 ? UTC : { isUtc: false, offset: () => offset };
}

function namedZone(id: string): TimeZone {
  // Intl also takes offsets and ignores case; an identifier begins with a capital letter.
  if (!/^[A-Z]/.test(id) || !IANAZone.isValidZone(id)) {
    throw new CommandError(40485, `unrecognized time zone identifier: "${id.slice(0, 80)}"`);
  }
  return new NamedZone(IANAZone.create(id));
}

const DAY = 24 * 60 * MINUTE;

/**
 * The instant of a local time. A time that happens twice is the first one; a time that is skipped moves forward by
 * the gap.
 *
 * @param local milliseconds of the local time, reckoned as if it were UTC
 */
export function toInstant(local: number, zone: TimeZone): number {
  const before = zone.offset(local - DAY);
  const after = zone.offset(local + DAY);
  if (before === after) return local - before;
  const early = local - before;
  const late = local - after;
  const candidates = [early, late].filter((instant) => instant + zone.offset(instant) === local);
  return candidates.length === 0 ? early : Math.min(...candidates);
}
