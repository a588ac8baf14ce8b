import type { Document } from '../types.js';
import { getOwn, isDocument } from './types.js';

/** Splits a dotted path. */
export function splitPath(path: string | readonly string[]): readonly string[] {
  return typeof path === 'string' ? path.split('.') : path;
}

const ARRAY_INDEX = /^(?:0|[1-9]\d{0,8})$/;

/** The index that a path's component names when it meets an array, else -1. */
export function indexOfComponent(component: string): number {
  return ARRAY_INDEX.test(component) ? Number(component) : -1;
}

/** Follows a path through documents only; an array on the way ends it. */
export function getPath(value: unknown, path: string | readonly string[]): unknown {
  let current = value;
  for (const component of splitPath(path)) {
    if (!isDocument(current)) return undefined;
    current = getOwn(current, component);
  }
  return current;
}

/** A value that a path leads to. */
export interface PathValue {
  /** `undefined` when the path ends before its last component. */
  readonly value: unknown;
  /**
   * The index in the outermost array that was traversed without being named by a number in the path, or that the last
   * component names.
   */
  readonly index: number | undefined;
  /** Whether the value is an element that stands for its array, not what the path itself leads to. */
  readonly element: boolean;
}

export interface ExpandOptions {
  /** Also give the elements of an array at the path's end, before the array itself. Default: true. */
  leafArrays?: boolean;
}

/**
 * All values that a path leads to as a query sees them: an array on the way stands for each of its documents, and for
 * the element that a numeric component names; an array at the end stands for its elements and for itself.
 */
export function expandPath(
  document: unknown,
  path: string | readonly string[],
  options: ExpandOptions = {},
): PathValue[] {
  const values: PathValue[] = [];
  visitPath(document, splitPath(path), options.leafArrays ?? true, (value, index, element) => {
    values.push({ value, index, element });
    return false;
  });
  return values;
}

/** Takes a value of a path and answers whether to stop there. */
export type PathVisitor = (value: unknown, index: number | undefined, element: boolean) => boolean;

/** {@link expandPath} without a list: visits the values in order until the visitor answers true. */
export function visitPath(
  document: unknown,
  components: readonly string[],
  leafArrays: boolean,
  visit: PathVisitor,
): boolean {
  return visitValue(document, components, 0, leafArrays, visit, undefined);
}

function visitValue(
  start: unknown,
  components: readonly string[],
  from: number,
  leafArrays: boolean,
  visit: PathVisitor,
  outer: number | undefined,
): boolean {
  let value = start;
  for (let at = from; at < components.length; at++) {
    if (Array.isArray(value)) return visitArray(value, components, at, leafArrays, visit, outer);
    if (!isDocument(value)) return visit(undefined, outer, false);
    value = getOwn(value, components[at]);
  }
  if (leafArrays && Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      if (visit(value[index], outer ?? index, true)) return true;
    }
  }
  return visit(value, outer, false);
}

/** Visits what the rest of a path leads to from an array in its middle. */
function visitArray(
  array: readonly unknown[],
  components: readonly string[],
  at: number,
  leafArrays: boolean,
  visit: PathVisitor,
  outer: number | undefined,
): boolean {
  const named = indexOfComponent(components[at]);
  const last = at === components.length - 1;
  for (let index = 0; index < array.length; index++) {
    const element = array[index];
    if (isDocument(element)) {
      if (visitValue(element, components, at, leafArrays, visit, outer ?? index)) return true;
      if (index === named && visitNamed(element, components, at + 1, leafArrays, visit, outer, index))
        return true;
    } else if (index === named) {
      if (last) {
        if (visit(element, outer ?? index, false)) return true;
      } else if (
        Array.isArray(element) &&
        visitArray(element, components, at + 1, leafArrays, visit, outer)
      ) {
        return true;
      }
    }
  }
  return false;
}

function visitNamed(
  element: Document,
  components: readonly string[],
  from: number,
  leafArrays: boolean,
  visit: PathVisitor,
  outer: number | undefined,
  index: number,
): boolean {
  return from === components.length
    ? visit(element, outer ?? index, false)
    : visitValue(element, components, from, leafArrays, visit, outer);
}
