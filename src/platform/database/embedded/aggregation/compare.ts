import { MinKey } from 'bson';
import { compareValues, equalValues } from '../bson/compare.js';
import type { Collation } from '../types.js';

/**
 * Compares two results of expressions. Unlike in a query, a missing value differs from `null` here: it is below
 * everything but MinKey.
 */
export function compareResults(left: unknown, right: unknown, collation?: Collation): number {
  if (left === undefined || right === undefined) {
    if (left === right) return 0;
    if (left === undefined) return right instanceof MinKey ? 1 : -1;
    return left instanceof MinKey ? -1 : 1;
  }
  return compareValues(left, right, collation);
}

export function equalResults(left: unknown, right: unknown, collation?: Collation): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  return equalValues(left, right, collation);
}
