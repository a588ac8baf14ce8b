import { hashValue } from '../bson/compare.js';
import { isDocument } from '../bson/types.js';
import type { Document } from '../types.js';
import type { ValueTest } from './field-test.js';
import { compileValueSchema } from './json-schema.js';
import { mismatch, requireBoolean, requireCount } from './schema-operand.js';
import type { Keyword } from './schema-operand.js';
import type { Scope } from './scope.js';

/** Keywords about arrays; values of other types pass. */
export const ARRAY_KEYWORDS: readonly (readonly [string, Keyword])[] = [
  ['items', items],
  ['additionalItems', additionalItems],
  ['minItems', (operand) => sizeTest('minItems', operand, (size, limit) => size >= limit)],
  ['maxItems', (operand) => sizeTest('maxItems', operand, (size, limit) => size <= limit)],
  ['uniqueItems', uniqueItems],
];

function onArrays(test: (array: readonly unknown[]) => boolean): ValueTest {
  return (value) => !Array.isArray(value) || test(value);
}

function items(operand: unknown, _schema: Document, scope: Scope): ValueTest {
  if (Array.isArray(operand)) {
    const tests = operand.map((schema: unknown) => {
      if (!isDocument(schema)) throw mismatch('items', 'an object or an array of objects');
      return compileValueSchema(schema, scope);
    });
    return onArrays((array) => tests.every((test, index) => index >= array.length || test(array[index])));
  }
  if (!isDocument(operand)) throw mismatch('items', 'an object or an array of objects');
  const test = compileValueSchema(operand, scope);
  return onArrays((array) => array.every((element) => test(element)));
}

/** Says something only about what a list of schemas in `items` leaves over. */
function additionalItems(operand: unknown, schema: Document, scope: Scope): ValueTest | undefined {
  if (typeof operand !== 'boolean' && !isDocument(operand))
    throw mismatch('additionalItems', 'an object or a boolean');
  const test = isDocument(operand) ? compileValueSchema(operand, scope) : (): boolean => operand;
  const { items: listed } = schema;
  if (!Array.isArray(listed)) return undefined;
  return onArrays((array) => array.slice(listed.length).every((element) => test(element)));
}

function sizeTest(
  name: string,
  operand: unknown,
  accepts: (size: number, limit: number) => boolean,
): ValueTest {
  const limit = requireCount(name, operand);
  return onArrays((array) => accepts(array.length, limit));
}

function uniqueItems(operand: unknown): ValueTest | undefined {
  if (!requireBoolean('uniqueItems', operand)) return undefined;
  return onArrays((array) => new Set(array.map(hashValue)).size === array.length);
}
