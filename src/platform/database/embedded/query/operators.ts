import { BSONRegExp, BSONSymbol } from 'bson';
import { equalValues } from '../bson/compare.js';
import { keysOf } from '../bson/key-order.js';
import { isNumeric, isZero } from '../bson/numbers.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { containsAll, elementMatches, hasSize } from './array-operators.js';
import { BITS_OPERATORS, testBits } from './bits-operator.js';
import { equalTo, ordered, ORDERINGS } from './comparison.js';
import { not, valueTest } from './field-test.js';
import type { FieldTest, ValueTest } from './field-test.js';
import { hasRemainder } from './mod-operator.js';
import { compileBsonRegex } from './regex.js';
import { deeper } from './scope.js';
import type { Scope } from './scope.js';
import { hasType } from './type-operator.js';
import { CollatedValueSet, ValueSet } from './value-set.js';

type FieldOperator = (operand: unknown, scope: Scope, siblings: Document) => FieldTest | undefined;

const FIELD_OPERATORS = new Map<string, FieldOperator>([
  ['$eq', (operand, scope) => valueTest(equalTo(operand, scope))],
  ['$ne', notEqual],
  ['$in', (operand, scope) => isIn(operand, scope, '$in')],
  ['$nin', (operand, scope) => not(isIn(operand, scope, '$nin'))],
  ['$not', negate],
  ['$exists', exists],
  ['$type', (operand) => valueTest(hasType(operand))],
  ['$mod', (operand) => valueTest(hasRemainder(operand))],
  ['$size', hasSize],
  ['$all', containsAll],
  ['$elemMatch', elementMatches],
  ['$regex', regexOperator],
  ['$options', requireRegex],
  // A comment says nothing.
  ['$comment', () => undefined],
]);

for (const name of ['$gt', '$gte', '$lt', '$lte'] as const) {
  FIELD_OPERATORS.set(name, (operand, scope) => valueTest(ordered(ORDERINGS[name], operand, scope)));
}
for (const name of BITS_OPERATORS) {
  FIELD_OPERATORS.set(name, (operand) => valueTest(testBits(name, operand)));
}
for (const name of ['$near', '$nearSphere', '$geoNear']) {
  FIELD_OPERATORS.set(name, () => {
    throw new CommandError('NoQueryExecutionPlans', `unable to find index for ${name} query`);
  });
}
for (const name of [
  '$geoWithin',
  '$geoIntersects',
  '$within',
  '$uniqueDocs',
  '$maxDistance',
  '$minDistance',
]) {
  FIELD_OPERATORS.set(name, () => {
    throw new CommandError('CommandNotSupported', `${name} is not supported by this server`);
  });
}

/** Whether a document holds operators: its first name starts with `$` and it is no database reference. */
export function isOperatorDocument(value: unknown): value is Document {
  if (!isDocument(value)) return false;
  const [first] = keysOf(value);
  return first !== undefined && first.startsWith('$') && !['$ref', '$id', '$db'].includes(first);
}

/** Whether a name is that of an operator on a field, unlike `$or`. */
export function isFieldOperator(name: string): boolean {
  return FIELD_OPERATORS.has(name);
}

/** What `{field: value}` means for a value that holds no operators. */
export function parseValue(value: unknown, scope: Scope): FieldTest {
  return valueTest(value instanceof BSONRegExp ? matchesRegex(value) : equalTo(value, scope));
}

/** @throws CommandError `BadValue` for a name that is no operator */
export function parseOperators(operators: Document, scope: Scope): FieldTest[] {
  const tests: FieldTest[] = [];
  for (const name of keysOf(operators)) {
    const operator = FIELD_OPERATORS.get(name);
    if (operator === undefined) throw new CommandError('BadValue', `unknown operator: ${name}`);
    const test = operator(operators[name], scope, operators);
    if (test !== undefined) tests.push(test);
  }
  return tests;
}

function notEqual(operand: unknown, scope: Scope): FieldTest {
  if (operand instanceof BSONRegExp) throw new CommandError('BadValue', "Can't have regex as arg to $ne.");
  return not(valueTest(equalTo(operand, scope)));
}

function isIn(operand: unknown, scope: Scope, name: string): FieldTest {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', `${name} needs an array`);
  if (operand.some(isOperatorDocument)) throw new CommandError('BadValue', `cannot nest $ under ${name}`);
  const regexes = operand.filter((value) => value instanceof BSONRegExp).map(matchesRegex);
  const plain = operand.filter((value) => !(value instanceof BSONRegExp));
  const set = scope.collated ? new CollatedValueSet(plain, scope.strings) : new ValueSet(plain);
  if (regexes.length === 0) return valueTest((value) => set.has(value));
  return valueTest((value) => set.has(value) || regexes.some((test) => test(value)));
}

function negate(operand: unknown, scope: Scope): FieldTest {
  if (operand instanceof BSONRegExp) return not(valueTest(matchesRegex(operand)));
  if (!isDocument(operand)) throw new CommandError('BadValue', '$not needs a regex or a document');
  if (Object.keys(operand).length === 0) throw new CommandError('BadValue', '$not cannot be empty');
  return not(...parseOperators(operand, deeper(scope)));
}

function exists(operand: unknown): FieldTest {
  const present = valueTest((value) => value !== undefined, false);
  return isTruthy(operand) ? present : not(present);
}

/** Truth of an option: everything but `false`, `null` and zero. */
export function isTruthy(value: unknown): boolean {
  if (isNumeric(value)) return !isZero(value);
  return value !== false && value != null;
}

/** Strings that match, and equal regular expressions. */
function matchesRegex(regex: BSONRegExp): ValueTest {
  const compiled = compileBsonRegex(regex);
  return (value) => {
    if (typeof value === 'string') return compiled.test(value);
    if (value instanceof BSONSymbol) return compiled.test(value.value);
    return value instanceof BSONRegExp && equalValues(value, regex);
  };
}

const OPTIONS_TWICE = 51075;

function regexOperator(operand: unknown, _scope: Scope, siblings: Document): FieldTest {
  const options = siblings.$options ?? '';
  if (typeof options !== 'string') throw new CommandError('BadValue', '$options has to be a string');
  if (operand instanceof BSONRegExp) {
    if (operand.options !== '' && options !== '') {
      throw new CommandError(OPTIONS_TWICE, 'options set in both $regex and $options');
    }
    return valueTest(matchesRegex(makeRegex(operand.pattern, operand.options || options)));
  }
  if (typeof operand !== 'string') throw new CommandError('BadValue', '$regex has to be a string');
  return valueTest(matchesRegex(makeRegex(operand, options)));
}

function makeRegex(pattern: string, options: string): BSONRegExp {
  const unknown = /[^imsux]/.exec(options)?.[0];
  if (unknown !== undefined) throw new CommandError(51108, `invalid flag in regex options: ${unknown}`);
  if (pattern.includes('\0')) {
    throw new CommandError('BadValue', 'Regular expression cannot contain an embedded null byte');
  }
  return new BSONRegExp(pattern, options);
}

function requireRegex(_operand: unknown, _scope: Scope, siblings: Document): undefined {
  if (!Object.hasOwn(siblings, '$regex')) throw new CommandError('BadValue', '$options needs a $regex');
}
