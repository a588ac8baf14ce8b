import { evaluateVariables } from '../aggregation/expression.js';
import type { Document } from '../types.js';
import type { CommandContext } from './context.js';

/** The values of a command's `let`, computed once; queries, projections and updates read them as `$$name`. */
export function readVariables({
  arguments: fields,
  now,
}: Pick<CommandContext, 'arguments' | 'now'>): Document | undefined {
  const bindings = fields.optionalDocument('let');
  return bindings && evaluateVariables(bindings, { now });
}
