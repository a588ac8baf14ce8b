import type { Expression } from '../aggregation/expression.js';
import { copyDocument } from '../bson/key-order.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { getOwn, isDocument, setOwn } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { compileElementFilter } from '../query/filter.js';
import type { Filter, FilterOptions } from '../query/filter.js';
import type { Document } from '../types.js';

/** Which elements `$slice` keeps: so many from a start, or, without a start, from the beginning or (negative) the end. */
export interface Slice {
  readonly skip: number | undefined;
  readonly limit: number;
}

/** Reads the operand of `$slice` in the form of a query; `undefined` when it is the form of an expression. */
export function parseSlice(operand: unknown): Slice | undefined {
  if (isNumeric(operand)) return { skip: undefined, limit: asInteger(operand) };
  if (!Array.isArray(operand) || operand.length !== 2) return undefined;
  const [skip, limit] = operand as [unknown, unknown];
  if (!isNumeric(skip) || !isNumeric(limit) || asInteger(limit) <= 0) return undefined;
  return { skip: asInteger(skip), limit: asInteger(limit) };
}

function asInteger(value: Parameters<typeof toDouble>[0]): number {
  const number = toDouble(value);
  return Number.isNaN(number) ? 0 : Math.trunc(Math.min(Math.max(number, -0x80000000), 0x7fffffff));
}

function sliceOf(array: readonly unknown[], { skip, limit }: Slice): unknown[] {
  if (skip === undefined) return limit < 0 ? array.slice(limit) : array.slice(0, limit);
  const start = skip < 0 ? Math.max(array.length + skip, 0) : skip;
  return array.slice(start, start + limit);
}

/** Cuts the arrays that a path leads to. */
export function applySlice(document: Document, path: readonly string[], slice: Slice, at = 0): Document {
  const name = path[at] ?? '';
  const value = getOwn(document, name);
  const last = at === path.length - 1;
  if (Array.isArray(value)) {
    const cut = last
      ? sliceOf(value, slice)
      : value.map((element: unknown) =>
          isDocument(element) ? applySlice(element, path, slice, at + 1) : element,
        );
    return withField(document, name, cut);
  }
  return isDocument(value) && !last
    ? withField(document, name, applySlice(value, path, slice, at + 1))
    : document;
}

function withField(document: Document, name: string, value: unknown): Document {
  const copy = copyDocument(document);
  setOwn(copy, name, value);
  return copy;
}

/** The projection `{field: {$elemMatch: …}}`: the first element that matches, in an array; nothing when none does. */
export function firstMatching(name: string, operand: unknown, options: FilterOptions): Expression {
  if (!isDocument(operand)) {
    throw new CommandError(31274, 'elemMatch: Invalid argument, object required');
  }
  const test = compileElementFilter(operand, options);
  return (root) => {
    const array = getOwn(root, name);
    if (!Array.isArray(array)) return undefined;
    const index = array.findIndex((element) => test(element));
    return index === -1 ? undefined : [array[index]];
  };
}

/**
 * The projection `{'path.$': 1}`: of the first array on the path only the element that the query matched.
 *
 * @throws CommandError 51246 when the query matched no element, 51247 when the projected array has no such element
 */
export function applyPositional(
  document: Document,
  original: Document,
  path: readonly string[],
  filter: Filter,
): Document {
  return keepMatched(document, path, 0, () => {
    const index = filter.positionOf(original);
    if (index === undefined) {
      throw new CommandError(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    }
    return index;
  });
}

function keepMatched(
  document: Document,
  path: readonly string[],
  at: number,
  position: () => number,
): Document {
  const name = path[at] ?? '';
  const value = getOwn(document, name);
  if (Array.isArray(value)) {
    const index = position();
    if (index >= value.length) {
      throw new CommandError(
        51247,
        "Executor error during find command :: caused by :: positional operator '.$' element mismatch",
      );
    }
    return withField(document, name, [value[index]]);
  }
  if (!isDocument(value) || at === path.length - 1) return document;
  return withField(document, name, keepMatched(value, path, at + 1, position));
}
