import { isNumeric, toExactLong } from '../bson/numbers.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { testOne, valueTest } from './field-test.js';
import type { FieldTest, Match, ValueTest } from './field-test.js';
import { isOperatorDocument, parseOperators, parseValue } from './operators.js';
import { parseFilter } from './parse.js';
import { deeper } from './scope.js';
import type { Scope } from './scope.js';

export function hasSize(operand: unknown): FieldTest {
  if (!isNumeric(operand)) {
    throw new CommandError('BadValue', 'Failed to parse $size. Expected a number in: $size');
  }
  const size = toExactLong(operand);
  if (size === undefined) {
    throw new CommandError('BadValue', 'Failed to parse $size. Expected an integer in: $size');
  }
  if (size < 0n) {
    throw new CommandError('BadValue', 'Failed to parse $size. Expected a non-negative number in: $size');
  }
  const wanted = Number(size);
  return valueTest((value) => Array.isArray(value) && value.length === wanted, false);
}

const LOGICAL = new Set(['$and', '$or', '$nor', '$where', '$expr', '$jsonSchema', '$text', '$comment']);

/**
 * One element of an array must satisfy everything: a filter over its fields, or operators over the element itself.
 */
export function elementMatches(operand: unknown, scope: Scope): FieldTest {
  const test = compileElementTest(operand, scope);
  return valueTest((value, details) => {
    if (!Array.isArray(value)) return false;
    const index = value.findIndex((element) => test(element));
    if (index === -1) return false;
    if (details !== undefined) details.index = index;
    return true;
  }, false);
}

/** The test that `$elemMatch` makes of one element. */
export function compileElementTest(operand: unknown, scope: Scope): ValueTest {
  if (!isDocument(operand)) throw new CommandError('BadValue', '$elemMatch needs an Object');
  const inner = deeper(scope, false);
  const [first] = Object.keys(operand);
  if (isOperatorDocument(operand) && first !== undefined && !LOGICAL.has(first)) {
    return testOne(parseOperators(operand, inner));
  }
  return onDocuments(parseFilter(operand, inner));
}

/** Applies a filter to a value: an array is seen as a document whose fields are named by its indexes. */
export function onDocuments(match: Match): ValueTest {
  return (value) => {
    if (Array.isArray(value)) return match({ ...(value as Document & unknown[]) });
    return isDocument(value) && match(value);
  };
}

/** Every given value must be in the array; `$elemMatch` conditions may take the place of values. */
export function containsAll(operand: unknown, scope: Scope): FieldTest {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', '$all needs an array');
  if (operand.length === 0) return valueTest(() => false);
  const conditions = operand.filter(isElementMatch).length;
  if (conditions > 0 && conditions < operand.length) {
    throw new CommandError('BadValue', '$all/$elemMatch has to be consistent');
  }
  return { kind: 'and', tests: operand.map((value: unknown) => allMember(value, scope)) };
}

function allMember(value: unknown, scope: Scope): FieldTest {
  if (isElementMatch(value)) return elementMatches(value.$elemMatch, scope);
  if (isOperatorDocument(value)) throw new CommandError('BadValue', 'no $ expressions in $all');
  return parseValue(value, scope);
}

function isElementMatch(value: unknown): value is { $elemMatch: unknown } {
  return isDocument(value) && Object.keys(value)[0] === '$elemMatch';
}
