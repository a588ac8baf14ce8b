import { isDocument } from '../../bson/types.js';
import type { Document } from '../../types.js';
import { DocumentBuilder, entriesOf } from '../documents.js';
import { parsePath, readPath } from '../field-path.js';
import { Variable } from '../scope.js';

type Values = ReadonlyMap<string, unknown>;

/**
 * A copy of a filter in which the variables of its `$expr` stand as constants, so that it can be planned without them.
 * Equalities of a field with a constant are added as plain conditions, which an index can serve: they hold wherever the
 * `$expr` holds.
 */
export function bindVariables(filter: Document, variables: Values): Document {
  const result = new DocumentBuilder();
  const conditions: Document[] = [];
  for (const [key, value] of entriesOf(filter)) {
    if (key === '$expr') {
      const expression = bindExpression(value, variables);
      result.set(key, expression);
      collectEqualities(expression, conditions);
    } else if ((key === '$and' || key === '$or' || key === '$nor') && Array.isArray(value)) {
      result.set(
        key,
        value.map((part: unknown) => (isDocument(part) ? bindVariables(part, variables) : part)),
      );
    } else result.set(key, value);
  }
  const bound = result.finish();
  return conditions.length === 0 ? bound : { $and: [...conditions, bound] };
}

/** Which variables an operator binds for which of its arguments. */
function boundNames(
  operator: string,
  argument: Document,
): { readonly inside: string; readonly names: string[] } | undefined {
  switch (operator) {
    case '$let':
      return { inside: 'in', names: isDocument(argument.vars) ? Object.keys(argument.vars) : [] };
    case '$map':
      return { inside: 'in', names: [typeof argument.as === 'string' ? argument.as : 'this'] };
    case '$filter':
      return { inside: 'cond', names: [typeof argument.as === 'string' ? argument.as : 'this'] };
    case '$reduce':
      return { inside: 'in', names: ['this', 'value'] };
    default:
      return undefined;
  }
}

function bindExpression(spec: unknown, variables: Values): unknown {
  if (typeof spec === 'string') return spec.startsWith('$$') ? bindReference(spec, variables) : spec;
  if (Array.isArray(spec)) return spec.map((part: unknown) => bindExpression(part, variables));
  if (!isDocument(spec)) return spec;
  const result = new DocumentBuilder();
  for (const [key, value] of entriesOf(spec)) {
    if (key === '$literal' || key === '$const') result.set(key, value);
    else
      result.set(
        key,
        isDocument(value) ? bindArgument(key, value, variables) : bindExpression(value, variables),
      );
  }
  return result.finish();
}

function bindArgument(operator: string, argument: Document, variables: Values): unknown {
  const bound = boundNames(operator, argument);
  if (bound === undefined) return bindExpression(argument, variables);
  const inner = new Map(variables);
  for (const name of bound.names) inner.delete(name);
  const result = new DocumentBuilder();
  for (const [key, value] of entriesOf(argument)) {
    result.set(key, key === 'as' ? value : bindExpression(value, key === bound.inside ? inner : variables));
  }
  return result.finish();
}

function bindReference(reference: string, variables: Values): unknown {
  const [name, ...path] = parseReference(reference);
  if (!variables.has(name)) return reference;
  const held = variables.get(name);
  const value = readPath(held instanceof Variable ? held.value : held, path);
  return value === undefined ? '$$REMOVE' : { $literal: value };
}

function parseReference(reference: string): [string, ...string[]] {
  const dot = reference.indexOf('.');
  return dot === -1
    ? [reference.slice(2)]
    : [reference.slice(2, dot), ...parsePath(reference.slice(dot + 1))];
}

/** Conditions `{path: {$eq: value}}` that follow from an expression. */
function collectEqualities(expression: unknown, conditions: Document[]): void {
  if (!isDocument(expression)) return;
  const { $and: parts, $eq: operands } = expression;
  if (Array.isArray(parts)) for (const part of parts) collectEqualities(part, conditions);
  if (!Array.isArray(operands) || operands.length !== 2) return;
  const [left, right] = operands as [unknown, unknown];
  const condition = equality(left, right) ?? equality(right, left);
  if (condition !== undefined) conditions.push(condition);
}

function equality(field: unknown, operand: unknown): Document | undefined {
  if (typeof field !== 'string' || !/^\$[^$]/.test(field)) return undefined;
  const path = field.slice(1);
  const constant = constantOf(operand);
  // Along a dotted path an expression gathers an array that the condition would not see as a whole.
  if (constant === undefined || (Array.isArray(constant.value) && path.includes('.'))) return undefined;
  return { [path]: { $eq: constant.value } };
}

function constantOf(operand: unknown): { readonly value: unknown } | undefined {
  if (operand === '$$REMOVE') return { value: null };
  if (isDocument(operand))
    return Object.hasOwn(operand, '$literal') ? { value: operand.$literal } : undefined;
  if (Array.isArray(operand) || (typeof operand === 'string' && operand.startsWith('$'))) return undefined;
  return { value: operand };
}
