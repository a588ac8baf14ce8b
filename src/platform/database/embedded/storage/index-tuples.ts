import { CommandError } from '../errors.js';
import { isDocument } from '../bson/types.js';
import type { Document } from '../types.js';

/** What a document contributes to an index: one tuple of values per entry. */
export interface IndexTuples {
  /** Values in the order of the index's fields; a missing field is null, an empty array is undefined. */
  tuples: unknown[][];
  /** Per field, after how many components of its path an array was met. Absent without arrays. */
  arrays?: number[][];
}

/** A field that waits for the elements of the array it met. */
interface Hit {
  field: number;
  /** Components of the path that are consumed. */
  depth: number;
}

/**
 * Expands a document into index entries, one per element of an array, as MongoDB does: fields below the same array
 * go element by element, fields below different arrays are refused.
 *
 * @param paths the index's fields, split at their dots
 * @param sparse leaves out entries of which no field exists
 * @throws CommandError CannotIndexParallelArrays
 */
export function indexTuples(document: Document, paths: readonly string[][], sparse: boolean): IndexTuples {
  const expansion = new Expansion(paths, sparse);
  const start = paths.map(() => 0);
  expansion.expand(document, start, new Array<unknown>(paths.length).fill(undefined), 0);
  return { tuples: expansion.tuples, arrays: expansion.arrays };
}

class Expansion {
  readonly tuples: unknown[][] = [];
  arrays?: number[][];

  constructor(
    private readonly paths: readonly string[][],
    private readonly sparse: boolean,
  ) {}

  /**
   * @param depths consumed components per field, -1 for a field that has its value
   * @param missing how many fields are known not to exist
   */
  expand(context: unknown, depths: number[], values: unknown[], missing: number): void {
    let array: unknown[] | undefined;
    const hits: Hit[] = [];
    for (let field = 0; field < this.paths.length; field++) {
      if (depths[field] < 0) continue;
      const path = this.paths[field];
      const found = walk(context, path, depths[field]);
      if (Array.isArray(found.value)) {
        if (array && array !== found.value) throw parallelArrays(this.paths[hits[0].field], path);
        array = found.value;
        hits.push({ field, depth: found.depth });
      } else {
        depths[field] = -1;
        values[field] = found.value ?? null;
        if (found.value === undefined) missing++;
      }
    }
    if (array) this.expandArray(array, hits, depths, values, missing);
    else if (!this.sparse || missing < this.paths.length) this.tuples.push(values);
  }

  private expandArray(
    array: unknown[],
    hits: Hit[],
    depths: number[],
    values: unknown[],
    missing: number,
  ): void {
    this.remember(hits);
    // An empty array still has one entry: undefined, or null for what would be below its elements.
    const elements = array.length > 0 ? array : [undefined];
    for (const element of elements) {
      const nextDepths = [...depths];
      const nextValues = [...values];
      for (const { field, depth } of hits) {
        const ends = depth === this.paths[field].length;
        nextDepths[field] = ends ? -1 : depth;
        if (ends) nextValues[field] = element;
      }
      this.expand(element, nextDepths, nextValues, missing);
    }
  }

  private remember(hits: Hit[]): void {
    this.arrays ??= this.paths.map(() => []);
    for (const { field, depth } of hits)
      if (!this.arrays[field].includes(depth)) this.arrays[field].push(depth);
  }
}

/** Goes down through documents until the path ends, is missing, or meets an array that has to be expanded. */
function walk(context: unknown, path: string[], from: number): { value: unknown; depth: number } {
  let value = context;
  let depth = from;
  while (depth < path.length) {
    if (!isDocument(value)) return { value: undefined, depth };
    value = Object.hasOwn(value, path[depth]) ? value[path[depth]] : undefined;
    depth++;
    while (Array.isArray(value) && depth < path.length && namesElement(value, path[depth]))
      value = value[Number(path[depth++])] as unknown;
    if (Array.isArray(value)) break;
  }
  return { value, depth };
}

/** Whether a component of a path means a place in an array, as in `scores.0`. */
function namesElement(array: unknown[], component: string): boolean {
  if (!/^(0|[1-9]\d*)$/.test(component)) return false;
  if (array.some((element) => isDocument(element) && Object.hasOwn(element, component)))
    throw new CommandError(
      16746,
      `Ambiguous field name found in array (do not use numeric field names in embedded elements in an array), field: '${component}'`,
    );
  return Number(component) < array.length;
}

function parallelArrays(a: string[], b: string[]): CommandError {
  return new CommandError(
    'CannotIndexParallelArrays',
    `cannot index parallel arrays [${b.join('.')}] [${a.join('.')}]`,
  );
}
