import { Decimal128 } from 'bson';
import { equalValues } from '../bson/compare.js';
import { keysOf } from '../bson/key-order.js';
import { bsonType, isDocument } from '../bson/types.js';

/** Whether two values would be stored as the same bytes: equal in value, type and order of fields. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return Object.is(left, right);
  if (left === right) return true;
  if (bsonType(left) !== bsonType(right)) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((element, at) => sameValue(element, right[at]));
  }
  if (isDocument(left) && isDocument(right)) {
    const keys = keysOf(left);
    const others = keysOf(right);
    return (
      keys.length === others.length &&
      keys.every((key, at) => key === others[at] && sameValue(left[key], right[key]))
    );
  }
  return sameBytes(left, right);
}

/** Equal decimals may differ in their exponents, which are stored. */
function sameBytes(left: unknown, right: unknown): boolean {
  if (left instanceof Decimal128 && right instanceof Decimal128) {
    return Buffer.compare(left.bytes, right.bytes) === 0;
  }
  return equalValues(left, right);
}

/** The value, or the current one where both would be stored alike, so that nothing counts as modified. */
export function unlessSame(current: unknown, value: unknown): unknown {
  return current !== undefined && sameValue(current, value) ? current : value;
}
