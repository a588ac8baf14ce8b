import { CommandError } from '../../errors.js';
import { isInt32 } from '../../bson/types.js';
import { typeName } from '../values.js';
import { unary, variadic } from './arguments.js';
import type { Operator, OperatorFamily } from './arguments.js';

function isInt(value: unknown): value is number {
  return typeof value === 'number' && isInt32(value);
}

interface BitOperation {
  readonly identity: number;
  readonly ints: (left: number, right: number) => number;
  readonly longs: (left: bigint, right: bigint) => bigint;
}

/** Works in int32 until the first long, then in int64. */
function bitOperator({ identity, ints, longs }: BitOperation): Operator {
  return variadic((list, _scope, name) => (root) => {
    let result: number | bigint = identity;
    for (const operand of list) {
      const value = operand(root);
      if (value == null) return null;
      if (!isInt(value) && typeof value !== 'bigint') {
        throw new CommandError(
          'TypeMismatch',
          `${name} only supports int and long operands, not ${typeName(value)}.`,
        );
      }
      result =
        typeof result === 'number' && typeof value === 'number'
          ? ints(result, value)
          : longs(BigInt(result), BigInt(value));
    }
    return result;
  });
}

const bitNot = unary((value) => {
  if (value == null) return null;
  if (isInt(value)) return ~value;
  if (typeof value === 'bigint') return ~value;
  throw new CommandError('TypeMismatch', `$bitNot only supports int and long, not: ${typeName(value)}.`);
});

export const bitwiseOperators: OperatorFamily = [
  ['$bitAnd', bitOperator({ identity: -1, ints: (a, b) => a & b, longs: (a, b) => a & b })],
  ['$bitOr', bitOperator({ identity: 0, ints: (a, b) => a | b, longs: (a, b) => a | b })],
  ['$bitXor', bitOperator({ identity: 0, ints: (a, b) => a ^ b, longs: (a, b) => a ^ b })],
  ['$bitNot', bitNot],
];
