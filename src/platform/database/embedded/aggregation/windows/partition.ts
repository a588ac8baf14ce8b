import { add, isNumeric, toExactLong } from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { CommandError } from '../../errors.js';
import type { Sort } from '../../sort/sort.js';
import type { Document } from '../../types.js';
import { compareResults } from '../compare.js';
import { addToDate } from '../dates/arithmetic.js';
import type { TimeUnit } from '../dates/arithmetic.js';
import { UTC } from '../dates/time-zone.js';
import { typeName } from '../values.js';
import type { WindowBounds } from './bounds.js';

/** The sorted documents that windows move over. */
export interface Partition {
  readonly documents: readonly Document[];
  readonly sort: Sort | undefined;
  /** The value of the first sort key of each document; empty without a sort. */
  readonly sortValues: readonly unknown[];
}

/** The documents `[from, to)` of a window. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Answers which documents the window of each document holds; asked for ascending positions. */
export type Frame = (position: number) => Interval;

export function frameOf(bounds: WindowBounds, partition: Partition): Frame {
  const { length } = partition.documents;
  if (bounds.kind === 'documents') {
    const { lower, upper } = bounds;
    return (position) => {
      const from = lower === 'unbounded' ? 0 : clamp(position + lower, length);
      const to = upper === 'unbounded' ? length : clamp(position + upper + 1, length);
      return { from, to: Math.max(from, to) };
    };
  }
  return rangeFrame(bounds, partition);
}

function clamp(position: number, length: number): number {
  return Math.min(Math.max(position, 0), length);
}

/** Both ends only move forward, because the partition is sorted ascending by the value. */
function rangeFrame(bounds: Extract<WindowBounds, { kind: 'range' }>, { sortValues }: Partition): Frame {
  const { length } = sortValues;
  let from = 0;
  let to = 0;
  return (position) => {
    const value = sortValues[position];
    requireRangeValue(value, bounds.unit);
    if (bounds.lower !== 'unbounded') {
      const least = offset(value, bounds.lower, bounds.unit);
      while (from < length && isBelow(sortValues[from], least)) from++;
    }
    if (bounds.upper === 'unbounded') to = length;
    else {
      const greatest = offset(value, bounds.upper, bounds.unit);
      while (to < length && !isBelow(greatest, sortValues[to])) to++;
    }
    return { from, to: Math.max(from, to) };
  };
}

function isBelow(left: unknown, right: unknown): boolean {
  return compareResults(left, right) < 0;
}

function requireRangeValue(value: unknown, unit: TimeUnit | undefined): void {
  if (unit !== undefined) {
    if (value instanceof Date) return;
    throw new CommandError(5429513, `Expected the sortBy field to be a Date, but it was ${typeName(value)}`);
  }
  if (isNumeric(value)) return;
  throw new CommandError(
    value instanceof Date ? 5429513 : 5429414,
    `For windows that involve date or time ranges, a unit must be provided; found ${typeName(value)}`,
  );
}

function offset(value: unknown, by: BsonNumber, unit: TimeUnit | undefined): unknown {
  if (value instanceof Date && unit !== undefined) {
    return new Date(addToDate(value.getTime(), unit, toExactLong(by) ?? 0n, UTC));
  }
  return isNumeric(value) ? add(value, by) : value;
}
