import { encodeIndexValue } from '../bson/index-key.js';
import { bsonType } from '../bson/types.js';
import { formatValue } from '../storage/format-value.js';
import { behindPrefix } from '../storage/keys.js';

/**
 * An interval of values of one index field, as a half-open interval of their encoded bytes in ascending order.
 * Encodings of single values are prefix-free, so that everything that begins with a value's bytes is that value.
 */
export interface Interval {
  readonly lower: Buffer;
  readonly upper: Buffer;
  /** Set when the interval is one value. */
  readonly isPoint: boolean;
  /** How `explain` shows its ends, such as `(5` and `10]`. */
  readonly from: string;
  readonly to: string;
}

const EVERYTHING: Interval = {
  lower: Buffer.from([1]),
  upper: Buffer.from([0xff]),
  isPoint: false,
  from: '[MinKey',
  to: 'MaxKey]',
};

export function everything(): Interval {
  return EVERYTHING;
}

export function point(value: unknown): Interval {
  const lower = bytesOf(value);
  const shown = formatValue(value);
  return { lower, upper: behindPrefix(lower), isPoint: true, from: `[${shown}`, to: `${shown}]` };
}

/** Values above a bound, up to the end of the bound's type. */
export function above(value: unknown, inclusive: boolean): Interval {
  const bound = bytesOf(value);
  return {
    lower: inclusive ? bound : behindPrefix(bound),
    upper: behindType(bound),
    isPoint: false,
    from: `${inclusive ? '[' : '('}${formatValue(value)}`,
    to: lastOf(value),
  };
}

/** Values below a bound, down to the beginning of the bound's type. */
export function below(value: unknown, inclusive: boolean): Interval {
  const bound = bytesOf(value);
  const isNumber = bsonType(value).alias !== 'date' && bound[0] === bytesOf(0)[0];
  return {
    // NaN is the lowest number in an index, but below nothing in a query.
    lower: isNumber ? bytesOf(-Infinity) : bound.subarray(0, 1),
    upper: inclusive ? behindPrefix(bound) : bound,
    isPoint: false,
    from: firstOf(value),
    to: `${formatValue(value)}${inclusive ? ']' : ')'}`,
  };
}

/** Strings that begin with a prefix. */
export function stringsFrom(prefix: string): Interval {
  // Without the two bytes that end a text.
  const lower = bytesOf(prefix).subarray(0, -2);
  return {
    lower,
    upper: behindPrefix(lower),
    isPoint: false,
    from: `[${formatValue(prefix)}`,
    to: `${formatValue(`${prefix}\u{10ffff}`)})`,
  };
}

/** All values of a type that shares its place in the order with no other. */
export function ofType(sample: unknown): Interval {
  const start = bytesOf(sample).subarray(0, 1);
  return {
    lower: start,
    upper: behindType(start),
    isPoint: false,
    from: firstOf(sample),
    to: lastOf(sample),
  };
}

export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const x of a)
    for (const y of b) {
      const lower = Buffer.compare(x.lower, y.lower) >= 0 ? x : y;
      const upper = Buffer.compare(x.upper, y.upper) <= 0 ? x : y;
      if (Buffer.compare(lower.lower, upper.upper) >= 0) continue;
      if (lower === upper) result.push(lower);
      else
        result.push({
          lower: lower.lower,
          upper: upper.upper,
          isPoint: x.isPoint || y.isPoint,
          from: lower.from,
          to: upper.to,
        });
    }
  return result;
}

/** In ascending order, without repetitions and overlaps. */
export function normalize(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].sort((a, b) => Buffer.compare(a.lower, b.lower));
  const result: Interval[] = [];
  for (const interval of sorted) {
    const last = result.at(-1);
    if (!last || Buffer.compare(last.upper, interval.lower) <= 0) result.push(interval);
    else if (Buffer.compare(last.upper, interval.upper) < 0)
      result[result.length - 1] = { ...last, upper: interval.upper, to: interval.to, isPoint: false };
  }
  return result;
}

/**
 * The same interval in the bytes of a descending field, which are those of an ascending one inverted.
 */
export function descending({ lower, upper, isPoint }: Interval): { lower: Buffer; upper: Buffer } {
  return { lower: isPoint ? invert(lower) : behindPrefix(invert(upper)), upper: behindPrefix(invert(lower)) };
}

function bytesOf(value: unknown): Buffer {
  const bytes = encodeIndexValue(value, 1);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An encoded value begins with the byte of its type. */
function behindType(bytes: Buffer): Buffer {
  return Buffer.from([bytes[0] + 1]);
}

function invert(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 0xff));
}

/** The ends of a type, as MongoDB shows them. */
const TYPE_ENDS: Record<string, [string, string]> = {
  string: ['[""', '{})'],
  bool: ['[false', 'true]'],
  date: ['[new Date(-9223372036854775808)', 'new Date(9223372036854775807)]'],
  objectId: ["[ObjectId('000000000000000000000000')", "ObjectId('ffffffffffffffffffffffff')]"],
};
const NUMBER_ENDS: [string, string] = ['[-inf.0', 'inf.0]'];

function firstOf(value: unknown): string {
  return (TYPE_ENDS[bsonType(value).alias] ?? NUMBER_ENDS)[0];
}

function lastOf(value: unknown): string {
  return (TYPE_ENDS[bsonType(value).alias] ?? NUMBER_ENDS)[1];
}
