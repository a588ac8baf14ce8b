import { Timestamp } from 'bson';
import { compareValues } from '../bson/compare.js';
import { addExact, isNumeric, multiplyExact } from '../bson/numbers.js';
import { bsonType, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import { bit } from './bit.js';
import { creating, existing, REMOVE } from './modifiers.js';
import type { Modifier } from './modifiers.js';
import { unlessSame } from './same-value.js';

const set: Modifier = (operand) => creating((current) => unlessSame(current, operand));

const unset: Modifier = () => existing((current) => (current === undefined ? current : REMOVE));

function arithmetic(name: '$inc' | '$mul'): Modifier {
  const verb = name === '$inc' ? 'increment' : 'multiply';
  const calculate = name === '$inc' ? addExact : multiplyExact;
  return (operand, { path }) => {
    if (!isNumeric(operand)) {
      throw new CommandError(
        'TypeMismatch',
        `Cannot ${verb} with non-numeric argument: {${path}: ${bsonType(operand).alias}}`,
      );
    }
    return creating((current) => {
      if (current !== undefined && !isNumeric(current)) {
        throw new CommandError(
          'TypeMismatch',
          `Cannot apply ${name} to a value of non-numeric type. The field '${path}' is of type ${bsonType(current).alias}`,
        );
      }
      if (current === undefined && name === '$inc') return operand;
      const value = calculate(current ?? 0, operand);
      if (value === undefined) {
        throw new CommandError(
          'BadValue',
          `Failed to apply ${name} operations to current value of '${path}'`,
        );
      }
      return unlessSame(current, value);
    });
  };
}

/** `$min` and `$max`: the operand replaces a value on its far side. */
function extreme(sign: 1 | -1): Modifier {
  return (operand, { collation }) =>
    creating((current) =>
      current === undefined || compareValues(operand, current, collation) * sign > 0 ? operand : current,
    );
}

const currentDate: Modifier = (operand) =>
  dateType(operand) === 'date'
    ? creating((current, { now }) => unlessSame(current, now))
    : creating((_current, { now }) => new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }));

function dateType(operand: unknown): 'date' | 'timestamp' {
  if (typeof operand === 'boolean') return 'date';
  if (!isDocument(operand)) {
    throw new CommandError(
      'BadValue',
      `${bsonType(operand).alias} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).`,
    );
  }
  const unknown = Object.keys(operand).find((key) => key !== '$type');
  if (unknown !== undefined)
    throw new CommandError('BadValue', `Unrecognized $currentDate option: ${unknown}`);
  if (operand.$type === 'date' || operand.$type === 'timestamp') return operand.$type;
  throw new CommandError(
    'BadValue',
    "The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}",
  );
}

/** Operators that treat a field as one value. */
export const FIELD_MODIFIERS: readonly (readonly [string, Modifier])[] = [
  ['$set', set],
  ['$setOnInsert', set],
  ['$unset', unset],
  ['$inc', arithmetic('$inc')],
  ['$mul', arithmetic('$mul')],
  ['$min', extreme(-1)],
  ['$max', extreme(1)],
  ['$currentDate', currentDate],
  ['$bit', bit],
];
