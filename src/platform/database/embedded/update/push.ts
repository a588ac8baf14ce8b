import { compareValues } from '../bson/compare.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { bsonType, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { compileSort } from '../sort/sort.js';
import type { Collation } from '../types.js';
import { requireArray } from './require-array.js';
import { creating } from './modifiers.js';
import type { Modifier } from './modifiers.js';
import { unlessSame } from './same-value.js';

/** The clauses beside `$each`. */
interface Clauses {
  readonly values: readonly unknown[];
  readonly position?: number;
  readonly slice?: number;
  readonly compare?: (left: unknown, right: unknown) => number;
}

/** `$push`, with `$each`, `$position`, `$sort` and `$slice`, which apply in this order. */
export const push: Modifier = (operand, { path, collation }) => {
  const { values, position = Infinity, slice, compare } = parse(operand, collation);
  return creating((current) => {
    const array = [...(requireArray(current, 'BadValue', '$push', path) ?? [])];
    array.splice(startOf(position, array.length), 0, ...values);
    if (compare !== undefined) array.sort(compare);
    const result = slice === undefined ? array : slice < 0 ? array.slice(slice) : array.slice(0, slice);
    return unlessSame(current, result);
  });
};

function startOf(position: number, length: number): number {
  return position >= 0 ? Math.min(position, length) : Math.max(0, length + position);
}

function parse(operand: unknown, collation: Collation | undefined): Clauses {
  if (!isDocument(operand) || !Object.hasOwn(operand, '$each')) return { values: [operand] };
  const { $each: values, $position: position, $slice: slice, $sort: sort, ...others } = operand;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new CommandError('BadValue', `Unrecognized clause in $push: ${unknown}`);
  if (!Array.isArray(values)) {
    throw new CommandError(
      'BadValue',
      `The argument to $each in $push must be an array but it was of type: ${bsonType(values).alias}`,
    );
  }
  return {
    values,
    position: requireInteger('$position', position),
    slice: requireInteger('$slice', slice),
    compare: sort === undefined ? undefined : parseSort(sort, collation),
  };
}

function requireInteger(clause: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const number = isNumeric(value) ? toDouble(value) : NaN;
  if (!Number.isInteger(number)) {
    throw new CommandError(
      'BadValue',
      `The value for ${clause} must be an integer value but was given type: ${bsonType(value).alias}`,
    );
  }
  return number;
}

function parseSort(
  sort: unknown,
  collation: Collation | undefined,
): (left: unknown, right: unknown) => number {
  if (isDocument(sort) && Object.keys(sort).length > 0) {
    const { compare } = compileSort(sort, collation);
    // An element that is no document sorts like one without the fields.
    return (left, right) => compare(isDocument(left) ? left : {}, isDocument(right) ? right : {});
  }
  const direction = isNumeric(sort) ? toDouble(sort) : undefined;
  if (direction !== 1 && direction !== -1) {
    throw new CommandError(
      'BadValue',
      'The $sort is invalid: use 1/-1 to sort the whole element, or {field:1/-1} to sort embedded fields',
    );
  }
  return (left, right) => direction * compareValues(left, right, collation);
}
