import type { BSONSymbol, Code, ObjectId } from 'bson';
import { Binary, BSONRegExp, Timestamp } from 'bson';
import { collatorFor } from '../collation/collator.js';
import type { Collator } from '../collation/collator.js';
import type { Collation, Document } from '../types.js';
import { compareNumbers } from './compare-numbers.js';
import { compareStrings } from './compare-strings.js';
import { DBPointer } from './db-pointer.js';
import { keysOf } from './key-order.js';
import type { BsonNumber } from './numbers.js';
import { compareObjectIds } from './object-id.js';
import { bsonType, TYPES } from './types.js';

export { hashValue } from './hash.js';

/**
 * Compares two values in BSON's total order, across types. A missing value (`undefined`) is just below `null`; where both
 * mean the same, as in a sort, the caller turns one into the other.
 *
 * @returns a negative number, zero or a positive number
 */
export function compareValues(left: unknown, right: unknown, collation?: Collation): number {
  if (typeof left === 'number' && typeof right === 'number') {
    if (left < right) return -1;
    if (left > right) return 1;
    if (left === right) return 0;
  }
  return compareWith(left, right, collation === undefined ? compareStrings : collatorFor(collation));
}

export function equalValues(left: unknown, right: unknown, collation?: Collation): boolean {
  return left === right || compareValues(left, right, collation) === 0;
}

/** As {@link compareValues}, with the comparison of strings already chosen; for loops. */
export function compareWith(left: unknown, right: unknown, strings: Collator): number {
  if (typeof left === 'string' && typeof right === 'string') return strings(left, right);
  const { order } = bsonType(left);
  const difference = order - bsonType(right).order;
  return difference === 0 ? compareInClass(order, left, right, strings) : difference;
}

/** Compares two values of one class. */
function compareInClass(order: number, left: unknown, right: unknown, strings: Collator): number {
  switch (order) {
    case TYPES.int.order:
      return compareNumbers(left as BsonNumber, right as BsonNumber);
    case TYPES.string.order:
      return strings(textOf(left as string | BSONSymbol), textOf(right as string | BSONSymbol));
    case TYPES.object.order:
      return compareDocuments(left as Document, right as Document, strings);
    case TYPES.array.order:
      return compareArrays(left as unknown[], right as unknown[], strings);
    case TYPES.objectId.order:
      return compareObjectIds(left as ObjectId, right as ObjectId);
    case TYPES.bool.order:
      return Number(left) - Number(right);
    case TYPES.date.order:
      return compareNumbers((left as Date).getTime(), (right as Date).getTime());
    default:
      return compareRare(left, right, strings);
  }
}

function compareRare(left: unknown, right: unknown, strings: Collator): number {
  if (left instanceof Binary && right instanceof Binary) return compareBinary(left, right);
  if (left instanceof Timestamp && right instanceof Timestamp) return compareTimestamps(left, right);
  if (left instanceof BSONRegExp && right instanceof BSONRegExp) {
    return compareStrings(left.pattern, right.pattern) || compareStrings(left.options, right.options);
  }
  if (left instanceof DBPointer && right instanceof DBPointer) {
    return compareStrings(left.namespace, right.namespace) || compareObjectIds(left.id, right.id);
  }
  if (isCode(left) && isCode(right)) {
    return (
      compareStrings(left.code, right.code) || compareDocuments(left.scope ?? {}, right.scope ?? {}, strings)
    );
  }
  return 0;
}

function isCode(value: unknown): value is Code {
  const { order } = bsonType(value);
  return order === TYPES.javascript.order || order === TYPES.javascriptWithScope.order;
}

/** A symbol compares as a string. */
export function textOf(value: string | BSONSymbol): string {
  return typeof value === 'string' ? value : value.value;
}

/** Field by field: first the class of the values, then the names, then the values. */
function compareDocuments(left: Document, right: Document, strings: Collator): number {
  const leftKeys = keysOf(left);
  const rightKeys = keysOf(right);
  const length = Math.min(leftKeys.length, rightKeys.length);
  for (let index = 0; index < length; index++) {
    const leftKey = leftKeys[index];
    const rightKey = rightKeys[index];
    const a = left[leftKey];
    const b = right[rightKey];
    const { order } = bsonType(a);
    const difference =
      order - bsonType(b).order || compareStrings(leftKey, rightKey) || compareInClass(order, a, b, strings);
    if (difference !== 0) return difference;
  }
  return leftKeys.length - rightKeys.length;
}

function compareArrays(left: readonly unknown[], right: readonly unknown[], strings: Collator): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = compareWith(left[index], right[index], strings);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** By length, then subtype, then bytes. */
function compareBinary(left: Binary, right: Binary): number {
  return (
    left.position - right.position ||
    left.sub_type - right.sub_type ||
    Buffer.compare(left.value(), right.value())
  );
}

function compareTimestamps(left: Timestamp, right: Timestamp): number {
  return (
    left.getHighBitsUnsigned() - right.getHighBitsUnsigned() ||
    left.getLowBitsUnsigned() - right.getLowBitsUnsigned()
  );
}
