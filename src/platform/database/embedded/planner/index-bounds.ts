import type { CollectionIndex } from '../storage/collection-index.js';
import { behindPrefix, KEPT_BYTES, PREFIX_BYTES, prefixRange, type KeyRange } from '../storage/keys.js';
import { descending, everything, intersect, type Interval } from './intervals.js';
import type { Conjunction, Predicate } from './predicates.js';

/** Beyond so many intervals an index's further fields are left to the filter. */
const MAX_RANGES = 10_000;
/** Longer keys may have been cut. */
const MAX_BOUND_BYTES = PREFIX_BYTES + KEPT_BYTES;

/** Which part of an index a query has to read. */
export interface IndexBounds {
  /** In ascending order of keys, without overlaps. */
  ranges: KeyRange[];
  /** Intervals of every field, for `explain`. */
  fields: Interval[][];
  /** Leading fields that the predicates narrow down. */
  depth: number;
  /** For every field, whether it has but one value within the bounds. */
  constant: boolean[];
  /** Entries within the bounds belong to exactly the documents that the filter wants. */
  isExact: boolean;
}

/** @returns `undefined` when the filter does not narrow the index down */
export function boundsOf(
  index: CollectionIndex,
  { predicates, isComplete }: Conjunction,
): IndexBounds | undefined {
  const used = new Set<Predicate>();
  const fields: Interval[][] = [];
  for (let field = 0; field < index.fields.length; field++) {
    const chosen = choose(index, field, predicates, fields.length);
    if (chosen.length === 0) break;
    for (const predicate of chosen) used.add(predicate);
    fields.push(chosen.map((predicate) => predicate.intervals).reduce(intersect));
    const isPoints = fields[field].every((interval) => interval.isPoint);
    if (!isPoints) break;
  }
  if (fields.length === 0 || isMissingFromSparse(index, predicates, used)) return undefined;
  return {
    ranges: rangesOf(index, fields),
    fields: index.fields.map((_, field) => fields[field] ?? [everything()]),
    depth: fields.length,
    constant: index.fields.map((_, field) => fields[field]?.length === 1 && fields[field][0].isPoint),
    isExact:
      isComplete &&
      !index.record.cut &&
      predicates.every((predicate) => used.has(predicate) && predicate.isExact) &&
      product(fields) <= MAX_RANGES,
  };
}

/** The bounds of a scan of the whole index, for the sake of its order or of a hint. */
export function wholeBounds(index: CollectionIndex): IndexBounds {
  return {
    ranges: [prefixRange(index.id)],
    fields: index.fields.map(() => [everything()]),
    depth: 0,
    constant: index.fields.map(() => false),
    isExact: false,
  };
}

/**
 * The predicates on a field that may be used together. Of an array each may be fulfilled by another element, so
 * that only one of them counts there.
 */
function choose(
  index: CollectionIndex,
  field: number,
  predicates: readonly Predicate[],
  depth: number,
): Predicate[] {
  const own = predicates.filter((predicate) => predicate.path === index.fields[field]);
  if (own.length < 1 || !hasArrays(index, field)) return own;
  if (sharesArray(index, field, depth)) return [];
  const best = own.reduce((a, b) => (width(b) < width(a) ? b : a));
  return best.group ? own.filter((predicate) => predicate.group === best.group) : [best];
}

export function hasArrays(index: CollectionIndex, field: number): boolean {
  return (index.record.arrays?.[field].length ?? 0) > 0;
}

/** Whether a field lies below the same array as one of the fields before it. */
function sharesArray(index: CollectionIndex, field: number, depth: number): boolean {
  const arrays = index.record.arrays ?? [];
  for (let other = 0; other < depth; other++)
    for (const level of arrays[field])
      if (arrays[other].includes(level) && samePrefix(index.paths[field], index.paths[other], level))
        return true;
  return false;
}

function samePrefix(a: readonly string[], b: readonly string[], length: number): boolean {
  return a.slice(0, length).join('.') === b.slice(0, length).join('.');
}

/** Points are narrower than ranges, few of them narrower than many. */
function width({ intervals }: Predicate): number {
  return intervals.reduce((sum, interval) => sum + (interval.isPoint ? 1 : 1000), 0);
}

/** A sparse index lacks documents without its fields: it serves when some condition demands a field to be there. */
function isMissingFromSparse(
  index: CollectionIndex,
  predicates: readonly Predicate[],
  used: ReadonlySet<Predicate>,
): boolean {
  if (index.record.options.sparse !== true) return false;
  return !predicates.some((predicate) => used.has(predicate) && !predicate.includesMissing);
}

function product(fields: readonly Interval[][]): number {
  return fields.reduce((size, intervals) => size * intervals.length, 1);
}

function rangesOf(index: CollectionIndex, fields: readonly Interval[][]): KeyRange[] {
  let prefixes = [prefixRange(index.id).lower];
  for (const [field, intervals] of fields.entries()) {
    const bounds = intervals.map((interval) =>
      index.directions[field] === 1 ? interval : descending(interval),
    );
    const next = fields.at(field + 1);
    if (!next || prefixes.length * intervals.length * next.length > MAX_RANGES)
      return tidy(prefixes.flatMap((prefix) => bounds.map((bound) => join(prefix, bound))));
    prefixes = prefixes.flatMap((prefix) => bounds.map(({ lower }) => Buffer.concat([prefix, lower])));
  }
  return prefixes.map((prefix) => ({ lower: prefix, upper: behindPrefix(prefix) }));
}

function join(prefix: Buffer, { lower, upper }: KeyRange): KeyRange {
  return { lower: Buffer.concat([prefix, lower]), upper: Buffer.concat([prefix, upper]) };
}

/** Sorts ranges, widens those beyond the length of keys, and merges what overlaps then. */
function tidy(ranges: KeyRange[]): KeyRange[] {
  const result: KeyRange[] = [];
  for (const range of ranges.map(clip).sort((a, b) => Buffer.compare(a.lower, b.lower))) {
    const last = result.at(-1);
    if (!last || Buffer.compare(last.upper, range.lower) <= 0) result.push(range);
    else if (Buffer.compare(last.upper, range.upper) < 0) last.upper = range.upper;
  }
  return result;
}

function clip({ lower, upper }: KeyRange): KeyRange {
  return {
    lower: lower.length > MAX_BOUND_BYTES ? lower.subarray(0, MAX_BOUND_BYTES) : lower,
    upper: upper.length > MAX_BOUND_BYTES ? behindPrefix(upper.subarray(0, MAX_BOUND_BYTES)) : upper,
  };
}
