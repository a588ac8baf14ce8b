import { keysOf } from '../bson/key-order.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import type { Match, ValueTest } from './field-test.js';
import { ARRAY_KEYWORDS } from './schema-array.js';
import { OBJECT_KEYWORDS } from './schema-object.js';
import { SCALAR_KEYWORDS } from './schema-scalar.js';
import { mismatch } from './schema-operand.js';
import type { Keyword } from './schema-operand.js';
import { deeper } from './scope.js';
import type { Scope } from './scope.js';

const KEYWORDS = new Map<string, Keyword>([
  ...SCALAR_KEYWORDS,
  ...ARRAY_KEYWORDS,
  ...OBJECT_KEYWORDS,
  ['allOf', (operand, _schema, scope) => all(requireSchemas('allOf', operand, scope))],
  ['anyOf', anyOf],
  ['oneOf', oneOf],
  ['not', not],
  ['title', (operand) => annotation('title', operand)],
  ['description', (operand) => annotation('description', operand)],
]);

/** Keywords of JSON Schema's draft 4 that MongoDB knows and refuses. */
const UNSUPPORTED = new Set(['$ref', '$schema', 'default', 'definitions', 'format', 'id']);

/**
 * Compiles the operand of `$jsonSchema`, MongoDB's subset of draft 4 with `bsonType`.
 *
 * @throws CommandError `FailedToParse` for an unknown keyword, `TypeMismatch` for a malformed one
 */
export function compileSchema(schema: Document, scope: Scope): Match {
  return compileValueSchema(schema, scope);
}

/** A schema as a test of one value. */
export function compileValueSchema(schema: Document, scope: Scope): ValueTest {
  const inner = deeper(scope);
  const tests: ValueTest[] = [];
  for (const name of keysOf(schema)) {
    const keyword = KEYWORDS.get(name);
    if (keyword === undefined) throw unknownKeyword(name);
    const test = keyword(schema[name], schema, inner);
    if (test !== undefined) tests.push(test);
  }
  return all(tests);
}

function unknownKeyword(name: string): CommandError {
  return UNSUPPORTED.has(name)
    ? new CommandError('FailedToParse', `$jsonSchema keyword '${name}' is not currently supported`)
    : new CommandError('FailedToParse', `Unknown $jsonSchema keyword: ${name}`);
}

function all(tests: readonly ValueTest[]): ValueTest {
  return (value) => tests.every((test) => test(value));
}

function anyOf(operand: unknown, _schema: Document, scope: Scope): ValueTest {
  const tests = requireSchemas('anyOf', operand, scope);
  return (value) => tests.some((test) => test(value));
}

function oneOf(operand: unknown, _schema: Document, scope: Scope): ValueTest {
  const tests = requireSchemas('oneOf', operand, scope);
  return (value) => tests.filter((test) => test(value)).length === 1;
}

function not(operand: unknown, _schema: Document, scope: Scope): ValueTest {
  if (!isDocument(operand)) throw mismatch('not', 'an object');
  const test = compileValueSchema(operand, scope);
  return (value) => !test(value);
}

function requireSchemas(name: string, operand: unknown, scope: Scope): ValueTest[] {
  if (!Array.isArray(operand)) throw mismatch(name, 'an array');
  if (operand.length === 0) {
    throw new CommandError('BadValue', `$jsonSchema keyword '${name}' must be a non-empty array`);
  }
  return operand.map((schema: unknown) => {
    if (!isDocument(schema)) throw mismatch(name, 'an array of objects');
    return compileValueSchema(schema, scope);
  });
}

function annotation(name: string, operand: unknown): undefined {
  if (typeof operand !== 'string') throw mismatch(name, 'of type string');
}
