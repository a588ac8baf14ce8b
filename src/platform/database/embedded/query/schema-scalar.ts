import { equalValues } from '../bson/compare.js';
import { compareNumbers } from '../bson/compare-numbers.js';
import { isNaNValue, isNumeric, isZero, mod, toDouble } from '../bson/numbers.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import type { ValueTest } from './field-test.js';
import { compileRegex } from './regex.js';
import { mismatch, requireBoolean, requireCount, requireNumber } from './schema-operand.js';
import type { Keyword } from './schema-operand.js';
import { hasType } from './type-operator.js';

/** JSON Schema's own names of types. */
const JSON_TYPES = new Set(['string', 'object', 'array', 'boolean', 'null', 'number']);

/** Keywords about single values. */
export const SCALAR_KEYWORDS: readonly (readonly [string, Keyword])[] = [
  ['bsonType', bsonType],
  ['type', jsonType],
  ['enum', oneOfValues],
  ['minimum', (operand, schema) => bound('minimum', operand, schema)],
  ['maximum', (operand, schema) => bound('maximum', operand, schema)],
  ['exclusiveMinimum', (operand, schema) => exclusive('exclusiveMinimum', 'minimum', operand, schema)],
  ['exclusiveMaximum', (operand, schema) => exclusive('exclusiveMaximum', 'maximum', operand, schema)],
  ['multipleOf', multipleOf],
  ['minLength', (operand) => lengthTest('minLength', operand, (length, limit) => length >= limit)],
  ['maxLength', (operand) => lengthTest('maxLength', operand, (length, limit) => length <= limit)],
  ['pattern', pattern],
];

function bsonType(operand: unknown, schema: Document): ValueTest {
  if (Object.hasOwn(schema, 'type')) {
    throw new CommandError('FailedToParse', "Cannot specify both $jsonSchema keywords 'type' and 'bsonType'");
  }
  return hasType(requireAliases('bsonType', operand), '$jsonSchema keyword bsonType');
}

function jsonType(operand: unknown): ValueTest {
  const aliases = requireAliases('type', operand).map((alias) => {
    if (alias === 'integer') {
      throw new CommandError('FailedToParse', "$jsonSchema type 'integer' is not currently supported.");
    }
    if (!JSON_TYPES.has(alias)) throw new CommandError('BadValue', `Unknown type name alias: ${alias}`);
    return alias === 'boolean' ? 'bool' : alias;
  });
  return hasType(aliases, '$jsonSchema keyword type');
}

function requireAliases(name: string, operand: unknown): string[] {
  return (Array.isArray(operand) ? operand : [operand]).map((alias: unknown) => {
    if (typeof alias !== 'string') throw mismatch(name, 'either a string or an array of strings');
    return alias;
  });
}

function oneOfValues(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw mismatch('enum', 'an array');
  if (operand.length === 0) {
    throw new CommandError('FailedToParse', "$jsonSchema keyword 'enum' cannot be an empty array");
  }
  return (value) => value !== undefined && operand.some((allowed) => equalValues(allowed, value));
}

function bound(name: 'minimum' | 'maximum', operand: unknown, schema: Document): ValueTest {
  const limit = requireNumber(name, operand);
  const sign = name === 'minimum' ? 1 : -1;
  const strict = schema[name === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'] === true;
  return (value) => {
    if (!isNumeric(value)) return true;
    if (isNaNValue(value) || isNaNValue(limit)) return !strict && isNaNValue(value) && isNaNValue(limit);
    const order = sign * compareNumbers(value, limit);
    return strict ? order > 0 : order >= 0;
  };
}

/** Draft 4's form: a flag that makes the bound beside it strict. */
function exclusive(name: string, partner: string, operand: unknown, schema: Document): undefined {
  requireBoolean(name, operand);
  if (!Object.hasOwn(schema, partner)) {
    throw new CommandError(
      'FailedToParse',
      `$jsonSchema keyword '${partner}' must be a present if ${name} is present`,
    );
  }
}

function multipleOf(operand: unknown): ValueTest {
  const divisor = requireNumber('multipleOf', operand);
  if (isNaNValue(divisor) || toDouble(divisor) <= 0) {
    throw new CommandError('FailedToParse', "$jsonSchema keyword 'multipleOf' must have a positive value");
  }
  return (value) => !isNumeric(value) || isZero(mod(value, divisor));
}

function lengthTest(
  name: string,
  operand: unknown,
  accepts: (length: number, limit: number) => boolean,
): ValueTest {
  const limit = requireCount(name, operand);
  return (value) => typeof value !== 'string' || accepts(countCodePoints(value), limit);
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function pattern(operand: unknown): ValueTest {
  if (typeof operand !== 'string') throw mismatch('pattern', 'a string');
  const regex = compileRegex(operand);
  return (value) => typeof value !== 'string' || regex.test(value);
}
