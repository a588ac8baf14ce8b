import { isNumeric, toExactLong } from '../bson/numbers.js';
import { bsonType, TYPES } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { ValueTest } from './field-test.js';

const CODES_BY_ALIAS = new Map<string, number>(
  Object.values(TYPES)
    .filter(({ code }) => code !== 0)
    .map(({ alias, code }) => [alias, code]),
);
CODES_BY_ALIAS.set('undefined', 6);

const CODES = new Set(CODES_BY_ALIAS.values());

const NUMBER_CODES = [TYPES.double.code, TYPES.int.code, TYPES.long.code, TYPES.decimal.code];

/**
 * The test of `$type` and of a schema's `bsonType`.
 *
 * @param operand an alias, a number, or an array of them
 * @throws CommandError `BadValue` for an unknown type, `FailedToParse` for none
 */
export function hasType(operand: unknown, name = '$type'): ValueTest {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).flatMap((one) => codesOf(one, name)));
  if (wanted.size === 0) throw new CommandError('FailedToParse', `${name} must match at least one type`);
  return (value) => value !== undefined && wanted.has(bsonType(value).code);
}

function codesOf(operand: unknown, name: string): number[] {
  if (typeof operand === 'string') {
    if (operand === 'number') return NUMBER_CODES;
    const code = CODES_BY_ALIAS.get(operand);
    if (code === undefined) throw new CommandError('BadValue', `Unknown type name alias: ${operand}`);
    return [code];
  }
  if (!isNumeric(operand)) {
    throw new CommandError('TypeMismatch', `${name} type must be represented as a number or a string`);
  }
  const code = Number(toExactLong(operand) ?? NaN);
  if (!CODES.has(code)) throw new CommandError('BadValue', `Invalid numerical type code: ${String(operand)}`);
  return [code];
}
