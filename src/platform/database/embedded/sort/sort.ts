import { compareWith } from '../bson/compare.js';
import { keysOf } from '../bson/key-order.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { visitPath } from '../bson/paths.js';
import { getOwn, isDocument } from '../bson/types.js';
import { collatorFor } from '../collation/collator.js';
import type { Collator } from '../collation/collator.js';
import { CommandError } from '../errors.js';
import { parseProjectionPath } from '../projection/path.js';
import { indexTuples } from '../storage/index-tuples.js';
import type { Collation, Document } from '../types.js';

/** One field of a sort. */
export interface SortKey {
  readonly path: string;
  readonly direction: 1 | -1;
}

/** A compiled sort specification. */
export interface Sort {
  readonly keys: readonly SortKey[];
  /** Compares two documents. To sort many, compare their {@link Sort.valuesOf} instead: paths are walked once each. */
  readonly compare: (left: Document, right: Document) => number;
  /** What a document is sorted by, one value for each key. */
  readonly valuesOf: (document: Document) => unknown[];
  /** Compares what {@link Sort.valuesOf} gave. */
  readonly compareValues: (left: readonly unknown[], right: readonly unknown[]) => number;
}

const MAX_KEYS = 32;

/**
 * Compiles a sort specification. A field that leads to several values sorts by the least of them ascending and by the
 * greatest descending; a missing field sorts as `null`, an empty array before it.
 *
 * @throws CommandError 15974 and 15975 for a direction other than 1 and -1, 13103 for more than 32 keys, the codes of
 * malformed paths, and, while it runs, `BadValue` for keys in two different arrays of one document
 */
export function compileSort(spec: Document, collation?: Collation): Sort {
  const keys = keysOf(spec).map((path): SortKey => ({ path, direction: directionOf(spec[path]) }));
  if (keys.length > MAX_KEYS) throw new CommandError(13103, `too many compound keys: at most ${MAX_KEYS}`);
  const strings = collatorFor(collation);
  const paths = keys.map(({ path }) => parseProjectionPath(path));

  const compareValues = (left: readonly unknown[], right: readonly unknown[]): number => {
    for (let at = 0; at < keys.length; at++) {
      const order = compareWith(left[at], right[at], strings);
      if (order !== 0) return order * keys[at].direction;
    }
    return 0;
  };
  const valuesOf = (document: Document): unknown[] => {
    let arrays = 0;
    const values = keys.map(({ path, direction }, at) => {
      if (paths[at].length === 1) {
        const value = getOwn(document, path);
        if (!Array.isArray(value)) return value ?? null;
      }
      const choice = new Choice(direction, strings);
      visitPath(document, paths[at], true, choice.consider);
      if (choice.inArray) arrays++;
      return choice.best;
    });
    return arrays > 1 ? firstTuple(document, paths, compareValues) : values;
  };
  return {
    keys,
    valuesOf,
    compareValues,
    compare: (left, right) => compareValues(valuesOf(left), valuesOf(right)),
  };
}

function directionOf(value: unknown): 1 | -1 {
  if (isDocument(value)) {
    if (Object.keys(value)[0] === '$meta') {
      throw new CommandError(40218, 'query requires text score metadata, but it is not available');
    }
    throw new CommandError(17312, '$meta is the only expression supported by $sort right now');
  }
  if (!isNumeric(value)) throw new CommandError(15974, 'Illegal key in $sort specification');
  const direction = toDouble(value);
  if (direction === 1 || direction === -1) return direction;
  throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
}

/** Chooses the value that a key sorts by among all that its path leads to. */
class Choice {
  /** `undefined` stands for an empty array, which is below `null`. */
  best: unknown = null;
  inArray = false;
  private found = false;

  constructor(
    private readonly direction: 1 | -1,
    private readonly strings: Collator,
  ) {}

  readonly consider = (value: unknown, index: number | undefined, element: boolean): boolean => {
    if (index !== undefined) this.inArray = true;
    if (!element && Array.isArray(value)) {
      this.inArray = true;
      // Its elements stand for an array and came before it.
      if (value.length === 0) this.take(undefined);
    } else {
      this.take(value ?? null);
    }
    return false;
  };

  private take(value: unknown): void {
    if (!this.found || compareWith(value, this.best, this.strings) * this.direction < 0) this.best = value;
    this.found = true;
  }
}

/** Keys below one array go element by element, as in an index over them. */
function firstTuple(
  document: Document,
  paths: readonly string[][],
  compare: (left: readonly unknown[], right: readonly unknown[]) => number,
): unknown[] {
  let first: unknown[] | undefined;
  for (const tuple of tuplesOf(document, paths)) {
    if (first === undefined || compare(tuple, first) < 0) first = tuple;
  }
  return first ?? paths.map(() => null);
}

function tuplesOf(document: Document, paths: readonly string[][]): unknown[][] {
  try {
    return indexTuples(document, paths, false).tuples;
  } catch (error) {
    if (!(error instanceof CommandError) || error.codeName !== 'CannotIndexParallelArrays') throw error;
    throw new CommandError('BadValue', 'cannot sort with keys that are parallel arrays');
  }
}
