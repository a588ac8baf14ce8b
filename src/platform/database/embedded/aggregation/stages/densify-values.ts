import {
  add,
  isNumeric,
  multiply,
  numericType,
  subtract,
  toDouble,
  toExactLong,
} from '../../bson/numbers.js';
import type { BsonNumber } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';
import { compareResults } from '../compare.js';
import { addToDate, isTimeUnit } from '../dates/arithmetic.js';
import type { TimeUnit } from '../dates/arithmetic.js';
import { UTC } from '../dates/time-zone.js';
import { typeName } from '../values.js';
import { requireFields } from './idl.js';

/** What a `$densify` fills: between all values, within each partition, or from a lower to below an upper bound. */
export type Bounds = 'full' | 'partition' | { readonly lower: unknown; readonly upper: unknown };

export interface Range {
  readonly bounds: Bounds;
  /** The value that comes `steps` steps after another. */
  after(value: unknown, steps: number): unknown;
  /** Refuses a value of the field that the range cannot be about. */
  requireValue(value: unknown): void;
}

export function parseRange(spec: unknown): Range {
  const stage = '$densify.range';
  const { step, bounds, unit } = requireFields(spec, stage, ['step', 'bounds'], ['unit']);
  if (!isNumeric(step) || !(toDouble(step) > 0)) {
    throw new CommandError(
      5733401,
      'The step parameter in a range statement must be a strictly positive numeric value',
    );
  }
  const timeUnit = unit === undefined ? undefined : parseUnit(unit, step);
  return {
    bounds: parseBounds(bounds, step, timeUnit),
    after: timeUnit === undefined ? numberStepper(step) : dateStepper(step, timeUnit),
    requireValue: (value) => {
      requireFieldValue(value, timeUnit !== undefined);
    },
  };
}

function parseUnit(unit: unknown, step: BsonNumber): TimeUnit {
  if (toExactLong(step) === undefined) {
    throw new CommandError(
      6586400,
      'The step parameter in a range statement must be a whole number when densifying a date range',
    );
  }
  if (typeof unit !== 'string' || !isTimeUnit(unit)) {
    throw new CommandError('FailedToParse', `unknown time unit value: ${String(unit)}`);
  }
  return unit;
}

function parseBounds(bounds: unknown, step: BsonNumber, unit: TimeUnit | undefined): Bounds {
  if (bounds === 'full' || bounds === 'partition') return bounds;
  if (typeof bounds === 'string') {
    throw new CommandError(5946802, "Bounds string must either be 'full' or 'partition'");
  }
  if (!Array.isArray(bounds)) {
    throw new CommandError(
      5733404,
      "The bounds in a range statement must be the string 'full', 'partition', or an ascending array",
    );
  }
  if (bounds.length !== 2) {
    throw new CommandError(5733403, 'A bounding array in a range statement must have exactly two elements');
  }
  const [lower, upper] = bounds as [unknown, unknown];
  if (compareResults(lower, upper) > 0) {
    throw new CommandError(
      5733402,
      'A bounding array must be an ascending array of either two dates or two numbers',
    );
  }
  if (isNumeric(lower)) requireNumberBounds(lower, upper, step, unit);
  else if (lower instanceof Date) requireDateBounds(upper, unit);
  else throw new CommandError(5946800, 'Explicit bounds must be numeric or dates');
  return { lower, upper };
}

function requireNumberBounds(
  lower: BsonNumber,
  upper: unknown,
  step: BsonNumber,
  unit: TimeUnit | undefined,
): void {
  if (unit !== undefined) throw new CommandError(5733409, 'Numeric bounds may not have unit parameter');
  if (!isNumeric(upper)) {
    throw new CommandError(5733406, 'A bounding array must contain either both dates or both numeric types');
  }
  if (new Set([numericType(lower), numericType(upper), numericType(step)]).size > 1) {
    throw new CommandError(5876900, 'Upper bound, lower bound, and step must all have the same type');
  }
}

function requireDateBounds(upper: unknown, unit: TimeUnit | undefined): void {
  if (!(upper instanceof Date)) {
    throw new CommandError(5733405, 'A bounding array must contain either both dates or both numeric types');
  }
  if (unit === undefined) throw new CommandError(5733410, 'A bounding array of dates must specify a unit');
}

function requireFieldValue(value: unknown, dated: boolean): void {
  if (value instanceof Date) {
    if (!dated)
      throw new CommandError(6053600, 'Encountered date densify value in collection when step is numeric');
  } else if (!isNumeric(value)) {
    throw new CommandError(5733201, `Densify field type must be numeric or a date, found ${typeName(value)}`);
  } else if (dated) {
    throw new CommandError(
      6053601,
      'Encountered numeric densify value in collection when step has a date unit',
    );
  }
}

function numberStepper(step: BsonNumber): Range['after'] {
  return (value, steps) => {
    if (!isNumeric(value)) return value;
    if (steps === 1) return add(value, step);
    return steps < 0 ? subtract(value, multiply(step, -steps)) : add(value, multiply(step, steps));
  };
}

function dateStepper(step: BsonNumber, unit: TimeUnit): Range['after'] {
  const amount = toExactLong(step) ?? 1n;
  return (value, steps) =>
    value instanceof Date ? new Date(addToDate(value.getTime(), unit, amount * BigInt(steps), UTC)) : value;
}

/** Refuses to write below an array or a value that is no document. */
export function requireWritable(document: Document, path: readonly string[]): void {
  let value: unknown = document;
  path.forEach((component, index) => {
    if (!isDocument(value)) return;
    value = Object.hasOwn(value, component) ? value[component] : undefined;
    if (Array.isArray(value))
      throw new CommandError(5733307, '$densify cannot generate fields nested inside arrays');
    if (value !== undefined && !isDocument(value) && index < path.length - 1) {
      throw new CommandError(5733308, '$densify cannot overwrite non-object values with objects');
    }
  });
}
