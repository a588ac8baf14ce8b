import { isTrue } from '../values.js';
import { unary, variadic } from './arguments.js';
import type { OperatorFamily } from './arguments.js';

/** Boolean operators; `$and` and `$or` stop at the first operand that decides. */
export const booleanOperators: OperatorFamily = [
  ['$and', variadic((list) => (root) => list.every((operand) => isTrue(operand(root))))],
  ['$or', variadic((list) => (root) => list.some((operand) => isTrue(operand(root))))],
  ['$not', unary((value) => !isTrue(value))],
];
