import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { requireElements } from '../bounded.js';
import { equalResults } from '../compare.js';
import { DocumentBuilder } from '../documents.js';
import type { Scope } from '../scope.js';
import { asInt32, show, typeName } from '../values.js';
import { binary, ranged, unary, variadic } from './arguments.js';
import { isNumeric } from '../../bson/numbers.js';
import type { OperatorFamily } from './arguments.js';
import { nonNegativeIndex } from './index-argument.js';

/** The element at a position; negative positions count from the end, absent ones are missing. */
function elementAt(value: unknown, position: unknown, name: string): unknown {
  if (value == null || position == null) return null;
  if (!Array.isArray(value)) {
    throw new CommandError(28689, `${name}'s first argument must be an array, but is ${typeName(value)}`);
  }
  if (!isNumeric(position)) {
    throw new CommandError(
      28690,
      `${name}'s second argument must be a numeric value, but is ${typeName(position)}`,
    );
  }
  const index = asInt32(position);
  if (index === undefined) {
    throw new CommandError(
      28691,
      `${name}'s second argument must be representable as a 32-bit integer: ${show(position)}`,
    );
  }
  return value.at(index) as unknown;
}

const arrayToObject = unary((value) => {
  if (value == null) return null;
  if (!Array.isArray(value)) {
    throw new CommandError(40386, `$arrayToObject requires an array input, found: ${typeName(value)}`);
  }
  const result = new DocumentBuilder();
  const [first] = value as unknown[];
  if (first === undefined) return {};
  const pairs = Array.isArray(first);
  if (!pairs && !isDocument(first)) {
    throw new CommandError(40398, `Unrecognised input type format for $arrayToObject: ${typeName(first)}`);
  }
  for (const entry of value as unknown[]) {
    const [key, field] = pairs ? pairEntry(entry) : documentEntry(entry);
    if (key.includes('\0')) {
      throw new CommandError(pairs ? 4940400 : 4940401, 'Key field cannot contain an embedded null byte');
    }
    result.set(key, field);
  }
  return result.finish();
});

function pairEntry(entry: unknown): [string, unknown] {
  if (!Array.isArray(entry)) {
    throw new CommandError(
      40396,
      `$arrayToObject requires a consistent input format. Array was detected, now found: ${typeName(entry)}`,
    );
  }
  if (entry.length !== 2) {
    throw new CommandError(
      40397,
      `$arrayToObject requires an array of size 2 arrays, found array of size: ${entry.length}`,
    );
  }
  const [key, value] = entry as [unknown, unknown];
  if (typeof key !== 'string') {
    throw new CommandError(40395, `$arrayToObject requires keys of type string, found: ${typeName(key)}`);
  }
  return [key, value];
}

function documentEntry(entry: unknown): [string, unknown] {
  if (!isDocument(entry)) {
    throw new CommandError(
      40391,
      `$arrayToObject requires a consistent input format. Object was detected, now found: ${typeName(entry)}`,
    );
  }
  const size = Object.keys(entry).length;
  if (size !== 2) {
    throw new CommandError(
      40392,
      `$arrayToObject requires objects with the keys 'k' and 'v', found ${size} keys`,
    );
  }
  const { k, v } = entry;
  if (k === undefined || v === undefined) {
    throw new CommandError(40393, "$arrayToObject requires an object with keys 'k' and 'v'.");
  }
  if (typeof k !== 'string') {
    throw new CommandError(40394, `$arrayToObject requires 'k' to be of type string, found: ${typeName(k)}`);
  }
  return [k, v];
}

const MAX_ARGUMENTS = 1000;

const concatArrays = variadic((list) => (root) => {
  const parts: unknown[][] = [];
  let length = 0;
  for (const operand of list) {
    const value = operand(root);
    if (value == null) return null;
    if (!Array.isArray(value)) {
      throw new CommandError(28664, `$concatArrays only supports arrays, not ${typeName(value)}`);
    }
    parts.push(value);
    length += value.length;
  }
  requireElements(length);
  // Passing the parts as arguments is by far the fastest, as long as they are not too many for a call.
  return parts.length <= MAX_ARGUMENTS ? ([] as unknown[]).concat(...parts) : parts.flat(1);
});

function includes(value: unknown, list: unknown, { collation }: Scope): boolean {
  if (!Array.isArray(list)) {
    throw new CommandError(40081, `$in requires an array as a second argument, found: ${typeName(list)}`);
  }
  return list.some((element) => equalResults(value, element, collation));
}

const indexOfArray = ranged(2, 4, (values, { collation }, name) => {
  const [array, wanted] = values;
  if (array == null) return null;
  if (!Array.isArray(array)) {
    throw new CommandError(
      40090,
      `$indexOfArray requires an array as a first argument, found: ${typeName(array)}`,
    );
  }
  const start = nonNegativeIndex(values, 2, 0, name);
  const end = Math.min(array.length, nonNegativeIndex(values, 3, array.length, name));
  for (let index = start; index < end; index++) {
    if (equalResults(array[index], wanted, collation)) return index;
  }
  return -1;
});

const slice = ranged(2, 3, (values, _scope, name) => {
  const [array, position, count] = values;
  if (array == null || position == null) return null;
  if (!Array.isArray(array)) {
    throw new CommandError(
      28724,
      `First argument to ${name} must be an array, but is of type: ${typeName(array)}`,
    );
  }
  const offset = sliceNumber(position, [28725, 28726], 'Second');
  const elements: readonly unknown[] = array;
  if (values.length === 2) return offset >= 0 ? elements.slice(0, offset) : elements.slice(offset);
  if (count == null) return null;
  const length = sliceNumber(count, [28727, 28728], 'Third');
  if (length <= 0) throw new CommandError(28729, `Third argument to $slice must be positive: ${length}`);
  const start = offset < 0 ? Math.max(0, elements.length + offset) : offset;
  return elements.slice(start, start + length);
});

function sliceNumber(value: unknown, codes: readonly [number, number], which: string): number {
  if (!isNumeric(value)) {
    throw new CommandError(
      codes[0],
      `${which} argument to $slice must be numeric, but is of type: ${typeName(value)}`,
    );
  }
  const number = asInt32(value);
  if (number === undefined) {
    throw new CommandError(
      codes[1],
      `${which} argument to $slice can't be represented as a 32-bit integer: ${show(value)}`,
    );
  }
  return number;
}

export const arrayOperators: OperatorFamily = [
  ['$arrayElemAt', binary((value, position, _scope, name) => elementAt(value, position, name))],
  ['$arrayToObject', arrayToObject],
  ['$concatArrays', concatArrays],
  ['$in', binary(includes)],
  ['$indexOfArray', indexOfArray],
  ['$isArray', unary((value) => Array.isArray(value))],
  [
    '$reverseArray',
    unary((value) => {
      if (value == null) return null;
      if (Array.isArray(value)) return value.toReversed() as unknown;
      throw new CommandError(
        34435,
        `The argument to $reverseArray must be an array, but was of type: ${typeName(value)}`,
      );
    }),
  ],
  [
    '$size',
    unary((value) => {
      if (Array.isArray(value)) return value.length;
      throw new CommandError(
        17124,
        `The argument to $size must be an array, but was of type: ${typeName(value)}`,
      );
    }),
  ],
  ['$slice', slice],
];
