import { keysOf } from '../bson/key-order.js';
import { getOwn, isDocument } from '../bson/types.js';
import type { Document } from '../types.js';
import type { ValueTest } from './field-test.js';
import { compileValueSchema } from './json-schema.js';
import { compileRegex } from './regex.js';
import type { Regex } from './regex.js';
import { mismatch, requireCount, requireNames } from './schema-operand.js';
import type { Keyword } from './schema-operand.js';
import type { Scope } from './scope.js';

/** Keywords about documents; values of other types pass. */
export const OBJECT_KEYWORDS: readonly (readonly [string, Keyword])[] = [
  ['properties', properties],
  ['patternProperties', patternProperties],
  ['additionalProperties', additionalProperties],
  ['required', required],
  ['minProperties', (operand) => countTest('minProperties', operand, (count, limit) => count >= limit)],
  ['maxProperties', (operand) => countTest('maxProperties', operand, (count, limit) => count <= limit)],
  ['dependencies', dependencies],
];

function onDocuments(test: (document: Document) => boolean): ValueTest {
  return (value) => !isDocument(value) || test(value);
}

function requireSchemas(name: string, operand: unknown, scope: Scope): (readonly [string, ValueTest])[] {
  if (!isDocument(operand)) throw mismatch(name, 'an object');
  return keysOf(operand).map((key) => {
    const schema = operand[key];
    if (!isDocument(schema)) throw mismatch(`${name}: ${key}`, 'an object');
    return [key, compileValueSchema(schema, scope)] as const;
  });
}

function properties(operand: unknown, _schema: Document, scope: Scope): ValueTest {
  const tests = requireSchemas('properties', operand, scope);
  return onDocuments((document) =>
    tests.every(([key, test]) => {
      const value = getOwn(document, key);
      return value === undefined || test(value);
    }),
  );
}

function patternProperties(operand: unknown, _schema: Document, scope: Scope): ValueTest {
  const tests = requireSchemas('patternProperties', operand, scope).map(
    ([pattern, test]) => [compileRegex(pattern), test] as const,
  );
  return onDocuments((document) =>
    tests.every(([regex, test]) => keysOf(document).every((key) => !regex.test(key) || test(document[key]))),
  );
}

/** Judges the fields that neither `properties` nor `patternProperties` names. */
function additionalProperties(operand: unknown, schema: Document, scope: Scope): ValueTest {
  if (typeof operand !== 'boolean' && !isDocument(operand)) {
    throw mismatch('additionalProperties', 'an object or a boolean');
  }
  const test = isDocument(operand) ? compileValueSchema(operand, scope) : (): boolean => operand;
  const named = new Set(keysOfOperand(schema.properties));
  const patterns: Regex[] = keysOfOperand(schema.patternProperties).map((pattern) => compileRegex(pattern));
  const isNamed = (key: string): boolean => named.has(key) || patterns.some((regex) => regex.test(key));
  return onDocuments((document) => keysOf(document).every((key) => isNamed(key) || test(document[key])));
}

function keysOfOperand(operand: unknown): string[] {
  return isDocument(operand) ? keysOf(operand) : [];
}

function required(operand: unknown): ValueTest {
  const names = requireNames('required', operand);
  return onDocuments((document) => names.every((name) => getOwn(document, name) !== undefined));
}

function countTest(
  name: string,
  operand: unknown,
  accepts: (count: number, limit: number) => boolean,
): ValueTest {
  const limit = requireCount(name, operand);
  return onDocuments((document) => accepts(keysOf(document).length, limit));
}

/** A field may need other fields, or a schema for the whole document. */
function dependencies(operand: unknown, _schema: Document, scope: Scope): ValueTest {
  if (!isDocument(operand)) throw mismatch('dependencies', 'an object');
  const tests = keysOf(operand).map((key) => {
    const dependency = operand[key];
    if (isDocument(dependency)) return [key, compileValueSchema(dependency, scope)] as const;
    return [key, required(dependency)] as const;
  });
  return onDocuments((document) =>
    tests.every(([key, test]) => getOwn(document, key) === undefined || test(document)),
  );
}
