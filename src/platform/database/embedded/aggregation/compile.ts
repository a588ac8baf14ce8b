import { CommandError } from '../errors.js';
import type { Collation, Document } from '../types.js';
import { isIntegerLike, keysOf, rememberOrder } from '../bson/key-order.js';
import { isDocument, setOwn } from '../bson/types.js';
import { constant, isConstant } from './constant.js';
import { entriesOf } from './documents.js';
import { compileFieldPath, compileVariablePath, requireFieldName } from './field-path.js';
import { findOperator } from './operators/registry.js';
import { compile, Pacer } from './scope.js';
import type { Expression, Scope } from './scope.js';

/** How deep an expression may nest; MongoDB refuses deeper BSON in a command. */
const MAX_DEPTH = 200;

/** What an expression takes from its command. */
export interface ExpressionOptions {
  collation?: Collation;
  /** User variables by name, without `$$`: constants, or a `Variable` whose value is set before each evaluation. */
  variables?: Record<string, unknown>;
  /** The value of `$$NOW`; one instant for the whole command. Default: the time of compilation. */
  now?: Date;
  /** Called now and then while an expression loops over arrays; throws when the command must stop. */
  interrupt?: () => void;
}

/** The outermost scope of a command. */
export function rootScope(options: ExpressionOptions): Scope {
  return {
    compiler: compileSpec,
    now: options.now ?? new Date(),
    collation: options.collation,
    variables: new Map(Object.entries(options.variables ?? {})),
    current: undefined,
    pacer: new Pacer(options.interrupt),
    depth: 0,
  };
}

/** Compiles any expression: a field path, a variable, an operator, an object or array of expressions, or a constant. */
export function compileSpec(spec: unknown, scope: Scope): Expression {
  if (typeof spec === 'string') {
    if (spec.startsWith('$$')) return compileVariablePath(spec.slice(2), scope);
    if (spec.startsWith('$')) return compileFieldPath(spec.slice(1), scope);
    return constant(spec);
  }
  if (typeof spec !== 'object' || spec === null) return constant(spec);
  if (scope.depth >= MAX_DEPTH) {
    throw new CommandError('Overflow', `Expression exceeds the maximum nesting depth of ${MAX_DEPTH}`);
  }
  const inner: Scope = { ...scope, depth: scope.depth + 1 };
  if (Array.isArray(spec)) return compileArray(spec, inner);
  if (!isDocument(spec)) return constant(spec);
  const [first] = keysOf(spec);
  if (first === undefined) return constant(spec);
  return first.startsWith('$') ? compileOperator(spec, inner) : compileObject(spec, inner);
}

function compileOperator(spec: Document, scope: Scope): Expression {
  const names = keysOf(spec);
  const name = names[0] ?? '';
  if (names.length !== 1) {
    throw new CommandError(
      15983,
      `An object representing an expression must have exactly one field: found ${names.length} with '${name}'`,
    );
  }
  const operator = findOperator(name);
  if (operator === undefined) {
    throw new CommandError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
  }
  return operator(spec[name], scope, name);
}

function compileObject(spec: Document, scope: Scope): Expression {
  const fields = entriesOf(spec).map(([name, value]) => {
    requireFieldName(name);
    return { name, evaluate: compile(value, scope) };
  });
  const order = fields.map(({ name }) => name);
  const reordered = order.some(isIntegerLike);
  const build: Expression = (root) => {
    const result: Document = {};
    for (const { name, evaluate } of fields) {
      const value = evaluate(root);
      if (value !== undefined) setOwn(result, name, value);
    }
    if (reordered) rememberOrder(result, order);
    return result;
  };
  return fields.every(({ evaluate }) => isConstant(evaluate)) ? constant(build({})) : build;
}

function compileArray(spec: readonly unknown[], scope: Scope): Expression {
  const elements = spec.map((element) => compile(element, scope));
  const build: Expression = (root) => elements.map((evaluate) => evaluate(root) ?? null);
  return elements.every(isConstant) ? constant(build({})) : build;
}
