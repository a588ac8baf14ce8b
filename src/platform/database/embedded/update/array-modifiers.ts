import { equalValues, hashValue } from '../bson/compare.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { bsonType, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { isSimple } from '../collation/collator.js';
import type { Collation } from '../types.js';
import { creating, existing } from './modifiers.js';
import type { Modifier } from './modifiers.js';
import { pull } from './pull.js';
import { push } from './push.js';
import { requireArray } from './require-array.js';

/** Tells whether a value equals one of those given. */
export function membership(
  values: readonly unknown[],
  collation: Collation | undefined,
): (value: unknown) => boolean {
  if (!isSimple(collation)) return (value) => values.some((other) => equalValues(other, value, collation));
  const hashes = new Set(values.map(hashValue));
  return (value) => hashes.has(hashValue(value));
}

const addToSet: Modifier = (operand, { path, collation }) => {
  const values = eachOf(operand);
  return creating((current) => {
    const array = requireArray(current, 'BadValue', '$addToSet', path) ?? [];
    const isPresent = membership(array, collation);
    const added: unknown[] = [];
    for (const value of values) {
      if (!isPresent(value) && !added.some((other) => equalValues(other, value, collation)))
        added.push(value);
    }
    return added.length === 0 && current !== undefined ? current : [...array, ...added];
  });
};

function eachOf(operand: unknown): unknown[] {
  if (!isDocument(operand) || Object.keys(operand)[0] !== '$each') return [operand];
  const extra = Object.keys(operand)[1];
  if (extra !== undefined) {
    throw new CommandError('BadValue', `Found unexpected fields after $each in $addToSet: ${extra}`);
  }
  if (!Array.isArray(operand.$each)) {
    throw new CommandError(
      'TypeMismatch',
      `The argument to $each in $addToSet must be an array but it was of type ${bsonType(operand.$each).alias}`,
    );
  }
  return operand.$each;
}

const pop: Modifier = (operand, { path }) => {
  const side = isNumeric(operand) ? toDouble(operand) : undefined;
  if (side === undefined) throw new CommandError('FailedToParse', `Expected a number in: ${path}`);
  if (side !== 1 && side !== -1)
    throw new CommandError('FailedToParse', `$pop expects 1 or -1, found: ${side}`);
  return existing((current) => {
    const array = requireArray(current, 'TypeMismatch', '$pop', path);
    if (array === undefined || array.length === 0) return current;
    return side === 1 ? array.slice(0, -1) : array.slice(1);
  });
};

const pullAll: Modifier = (operand, { path, collation }) => {
  if (!Array.isArray(operand)) {
    throw new CommandError(
      'BadValue',
      `$pullAll requires an array argument but was given a ${bsonType(operand).alias}`,
    );
  }
  const isCondemned = membership(operand, collation);
  return existing((current) => {
    const kept = requireArray(current, 'BadValue', '$pullAll', path)?.filter(
      (element) => !isCondemned(element),
    );
    return kept === undefined || kept.length === (current as unknown[]).length ? current : kept;
  });
};

/** Operators that treat a field as an array. */
export const ARRAY_MODIFIERS: readonly (readonly [string, Modifier])[] = [
  ['$push', push],
  ['$addToSet', addToSet],
  ['$pop', pop],
  ['$pull', pull],
  ['$pullAll', pullAll],
];
