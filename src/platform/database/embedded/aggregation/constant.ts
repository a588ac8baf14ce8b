import type { Expression } from './scope.js';

const CONSTANTS = new WeakSet<Expression>();

/** An expression that gives the same value for every document. */
export function constant(value: unknown): Expression {
  const expression: Expression = () => value;
  CONSTANTS.add(expression);
  return expression;
}

export function isConstant(expression: Expression): boolean {
  return CONSTANTS.has(expression);
}

/** Evaluates now what depends on constants alone, so that its errors appear without documents, as MongoDB's do. */
export function fold(operands: readonly Expression[], expression: Expression): Expression {
  return operands.every(isConstant) ? constant(expression({})) : expression;
}
