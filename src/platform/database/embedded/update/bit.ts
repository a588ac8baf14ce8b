import { keysOf } from '../bson/key-order.js';
import { isNumeric, makeInteger, numericType, toExactLong } from '../bson/numbers.js';
import type { BsonNumber } from '../bson/numbers.js';
import { bsonType, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { creating } from './modifiers.js';
import type { Modifier } from './modifiers.js';
import { unlessSame } from './same-value.js';

const OPERATIONS = new Map<string, (left: bigint, right: bigint) => bigint>([
  ['and', (left, right) => left & right],
  ['or', (left, right) => left | right],
  ['xor', (left, right) => left ^ right],
]);

/** `$bit: {field: {and | or | xor: mask}}`; a missing field counts as zero. */
export const bit: Modifier = (operand, { path }) => {
  if (!isDocument(operand)) {
    throw new CommandError(
      'BadValue',
      `The $bit modifier is not compatible with a ${bsonType(operand).alias}. You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}`,
    );
  }
  const steps = keysOf(operand).map((name) => parseStep(name, operand[name]));
  if (steps.length === 0) {
    throw new CommandError(
      'BadValue',
      'You must pass in at least one bitwise operation. The format is: {$bit: {field: {and/or/xor: #}}',
    );
  }
  return creating((current) => {
    if (current !== undefined && !isInteger(current)) {
      throw new CommandError(
        'BadValue',
        `Cannot apply $bit to a value of non-integral type. The field '${path}' is of type ${bsonType(current).alias}`,
      );
    }
    return unlessSame(
      current,
      steps.reduce<BsonNumber>((value, step) => step(value), current ?? 0),
    );
  });
};

function parseStep(name: string, mask: unknown): (value: BsonNumber) => BsonNumber {
  const operation = OPERATIONS.get(name);
  if (operation === undefined) {
    throw new CommandError(
      'BadValue',
      `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}'`,
    );
  }
  if (!isInteger(mask)) {
    throw new CommandError(
      'BadValue',
      `The $bit modifier field must be an Integer(32/64 bit); a '${bsonType(mask).alias}' is not supported here`,
    );
  }
  return (value) => {
    const result = operation(toExactLong(value) ?? 0n, toExactLong(mask) ?? 0n);
    return numericType(value) === 'long' || numericType(mask) === 'long' ? result : makeInteger(result);
  };
}

function isInteger(value: unknown): value is BsonNumber {
  return isNumeric(value) && (numericType(value) === 'int' || numericType(value) === 'long');
}
