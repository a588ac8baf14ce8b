import type { Document } from '../types.js';
import { compileSpec, rootScope } from './compile.js';
import type { ExpressionOptions } from './compile.js';
import { requireBindableName } from './field-path.js';
import type { Expression } from './scope.js';

export type { ExpressionOptions } from './compile.js';
export type { Expression } from './scope.js';
export { Variable } from './scope.js';

/**
 * Compiles an aggregation expression into a closure. Everything that can be decided without a document is decided
 * here, as MongoDB's parser and optimizer do: argument counts, unknown operators, constant folding.
 *
 * @throws CommandError 168 for an unknown operator, or MongoDB's `Location` code for a malformed argument
 */
export function compileExpression(spec: unknown, options: ExpressionOptions = {}): Expression {
  return compileSpec(spec, rootScope(options));
}

/** Compiles and evaluates once; `undefined` means missing. */
export function evaluate(spec: unknown, root: Document, options: ExpressionOptions = {}): unknown {
  return compileExpression(spec, options)(root);
}

/**
 * Evaluates the `let` of a command, whose values are expressions that see no document.
 *
 * @throws CommandError `FailedToParse` for a name that cannot be bound
 */
export function evaluateVariables(
  bindings: Document,
  options: ExpressionOptions = {},
): Record<string, unknown> {
  const scope = rootScope(options);
  return Object.fromEntries(
    Object.entries(bindings).map(([name, spec]) => {
      requireBindableName(name);
      return [name, compileSpec(spec, scope)({})];
    }),
  );
}
