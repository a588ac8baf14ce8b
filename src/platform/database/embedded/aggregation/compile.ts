import { CommandError } from '../errors.js';
import type { Collation, Document } from '../types.js';
import { isIntegerLike, keysOf, rememberOrder } from '../bson/key-order.js';
import { isDocument, setOwn } from '../bson/types.js';
import { requireBounded, shallowBytes } from './bounded.js';
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

/** Operators whose results are new strings, arrays or documents of any size. */
const ALLOCATING = new Set(
  `arrayToObject concat concatArrays filter firstN getField lastN ltrim map maxN mergeObjects minN objectToArray range
  regexFind regexFindAll replaceAll replaceOne reverseArray rtrim setDifference setField setIntersection setUnion slice
  sortArray split substr substrBytes substrCP toLower toString toUpper trim unsetField zip`
    .split(/\s+/)
    .map((name) => `$${name}`),
);

/** Compiles any expression: a field path, a variable, an operator, an object or array of expressions, or a constant. */
export function compileSpec(spec: unknown, scope: Scope): Expression {
  if (typeof spec === 'string') {
    if (spec.startsWith('$$')) return compileVariablePath(spec.slice(2), scope);
    if (spec.startsWith('$')) return compileFieldPath(spec.slice(1), scope);
    return constant(spec);
  }
  if (typeof spec !== 'object' || spec === null || !(Array.isArray(spec) || isDocument(spec))) {
    return constant(spec);
  }
  if (scope.depth === 0) return compileOutermost(spec, scope);
  if (scope.depth >= MAX_DEPTH) {
    throw new CommandError('Overflow', `Expression exceeds the maximum nesting depth of ${MAX_DEPTH}`);
  }
  return compileNested(spec, { ...scope, depth: scope.depth + 1 });
}

/** What a whole expression makes is measured, before anything else can build on it. */
function compileOutermost(spec: Document | readonly unknown[], scope: Scope): Expression {
  const { pacer } = scope;
  pacer.begin();
  const evaluate = compileNested(spec, { ...scope, depth: 1 });
  if (isConstant(evaluate)) {
    requireBounded(evaluate({}));
    return evaluate;
  }
  return (root) => {
    pacer.begin();
    const value = evaluate(root);
    requireBounded(value);
    return value;
  };
}

function compileNested(spec: Document | readonly unknown[], scope: Scope): Expression {
  if (isList(spec)) return compileArray(spec, scope);
  const [first] = keysOf(spec);
  if (first === undefined) return constant(spec);
  return first.startsWith('$') ? compileOperator(spec, scope) : compileObject(spec, scope);
}

function isList(spec: Document | readonly unknown[]): spec is readonly unknown[] {
  return Array.isArray(spec);
}

function compileOperator(spec: Document, scope: Scope): Expression {
  const names = keysOf(spec);
  const [name] = names;
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
  const evaluate = operator(spec[name], scope, name);
  if (!ALLOCATING.has(name)) return evaluate;
  if (isConstant(evaluate)) {
    scope.pacer.allocate(shallowBytes(evaluate({})));
    return evaluate;
  }
  return (root) => {
    const value = evaluate(root);
    scope.pacer.allocate(shallowBytes(value));
    return value;
  };
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
    scope.pacer.allocate(48 + 16 * fields.length);
    return result;
  };
  return fields.every(({ evaluate }) => isConstant(evaluate)) ? constant(build({})) : build;
}

function compileArray(spec: readonly unknown[], scope: Scope): Expression {
  const elements = spec.map((element) => compile(element, scope));
  const build: Expression = (root) => {
    scope.pacer.allocate(16 + 8 * elements.length);
    return elements.map((evaluate) => evaluate(root) ?? null);
  };
  return elements.every(isConstant) ? constant(build({})) : build;
}
