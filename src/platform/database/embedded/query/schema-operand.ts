import type { BsonNumber } from '../bson/numbers.js';
import { isNumeric, toExactLong } from '../bson/numbers.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import type { ValueTest } from './field-test.js';
import type { Scope } from './scope.js';

/**
 * Compiles one keyword of a schema.
 *
 * @param schema the schema around it, since some keywords change the meaning of others
 * @returns nothing when the keyword says nothing about values
 */
export type Keyword = (operand: unknown, schema: Document, scope: Scope) => ValueTest | undefined;

export function mismatch(name: string, wanted: string): CommandError {
  return new CommandError('TypeMismatch', `$jsonSchema keyword '${name}' must be ${wanted}`);
}

export function requireNumber(name: string, operand: unknown): BsonNumber {
  if (!isNumeric(operand)) throw mismatch(name, 'a number');
  return operand;
}

/** A length or count: an integer that is not negative. */
export function requireCount(name: string, operand: unknown): number {
  if (!isNumeric(operand)) throw mismatch(name, 'a number');
  const count = toExactLong(operand);
  if (count === undefined || count < 0n) {
    throw new CommandError('FailedToParse', `$jsonSchema keyword '${name}' must be a non-negative integer`);
  }
  return Number(count);
}

export function requireBoolean(name: string, operand: unknown): boolean {
  if (typeof operand !== 'boolean') throw mismatch(name, 'a boolean');
  return operand;
}

/** A list of different strings with at least one element. */
export function requireNames(name: string, operand: unknown): string[] {
  if (!Array.isArray(operand)) throw mismatch(name, 'an array');
  const names = operand.map((element: unknown) => {
    if (typeof element !== 'string') throw mismatch(name, 'an array of strings');
    return element;
  });
  if (names.length === 0) {
    throw new CommandError('FailedToParse', `$jsonSchema keyword '${name}' cannot be an empty array`);
  }
  if (new Set(names).size < names.length) {
    throw new CommandError(
      'FailedToParse',
      `$jsonSchema keyword '${name}' array cannot contain duplicate values`,
    );
  }
  return names;
}
