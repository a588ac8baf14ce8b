import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { requireBindableName } from '../field-path.js';
import { requireBounded } from '../bounded.js';
import { isConstant } from '../constant.js';
import { entriesOf } from '../documents.js';
import { compile, bind, Variable } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { asInt32, isTrue, show, typeName } from '../values.js';
import { namedArguments } from './arguments.js';
import type { NamedShape, Operator, OperatorFamily } from './arguments.js';

const LET: NamedShape = { notObject: 16874, unknown: 16875, required: { vars: 16876, in: 16877 } };

const letOperator: Operator = (argument, scope, name) => {
  const fields = namedArguments(argument, name, LET);
  const vars = fields.get('vars');
  if (!isDocument(vars)) {
    throw new CommandError(
      'TypeMismatch',
      `invalid parameter: expected an object (vars), found ${typeName(vars)}`,
    );
  }
  const bindings = entriesOf(vars).map(([variableName, spec]) => {
    requireBindableName(variableName);
    return { name: variableName, variable: new Variable(), evaluate: compileBound(spec, scope) };
  });
  const body = compile(
    fields.get('in'),
    bind(
      scope,
      bindings.map((binding) => [binding.name, binding.variable] as const),
    ),
  );
  return (root) => {
    for (const { variable, evaluate } of bindings) variable.value = evaluate(root);
    return body(root);
  };
};

/** Compiles what a variable will hold, or the elements that it will hold one after the other. */
function compileBound(spec: unknown, scope: Scope): Expression {
  const evaluate = compile(spec, scope);
  // A path leads to what is bounded already.
  if (typeof spec === 'string' || isConstant(evaluate)) return evaluate;
  return (root) => {
    const value = evaluate(root);
    requireBounded(value);
    return value;
  };
}

/** The name that `as` gives to the current element. */
function elementName(fields: ReadonlyMap<string, unknown>): string {
  const name = fields.get('as') ?? 'this';
  if (typeof name !== 'string')
    throw new CommandError('TypeMismatch', `'as' must be a string, found ${typeName(name)}`);
  requireBindableName(name);
  return name;
}

const MAP: NamedShape = {
  notObject: 16878,
  unknown: 16879,
  required: { input: 16880, in: 16882 },
  optional: ['as'],
};

const map: Operator = (argument, scope, name) => {
  const fields = namedArguments(argument, name, MAP);
  const input = compileBound(fields.get('input'), scope);
  const element = new Variable();
  const each = compile(fields.get('in'), bind(scope, [[elementName(fields), element]]));
  return (root) => {
    const values = input(root);
    if (values == null) return null;
    if (!Array.isArray(values)) {
      throw new CommandError(16883, `input to $map must be an array not ${typeName(values)}`);
    }
    return values.map((value) => {
      scope.pacer.step();
      element.value = value;
      return each(root) ?? null;
    });
  };
};

const FILTER: NamedShape = {
  notObject: 28646,
  unknown: 28647,
  required: { input: 28648, cond: 28650 },
  optional: ['as', 'limit'],
};

const filter: Operator = (argument, scope, name) => {
  const fields = namedArguments(argument, name, FILTER);
  const input = compileBound(fields.get('input'), scope);
  const element = new Variable();
  const accept = compile(fields.get('cond'), bind(scope, [[elementName(fields), element]]));
  const limit = fields.has('limit') ? compile(fields.get('limit'), scope) : undefined;
  return (root) => {
    const values = input(root);
    if (values == null) return null;
    if (!Array.isArray(values)) {
      throw new CommandError(28651, `input to $filter must be an array not ${typeName(values)}`);
    }
    const most = limit === undefined ? Infinity : filterLimit(limit(root));
    const result: unknown[] = [];
    for (const value of values) {
      scope.pacer.step();
      element.value = value;
      if (isTrue(accept(root)) && result.push(value) >= most) break;
    }
    return result;
  };
};

function filterLimit(value: unknown): number {
  if (value == null) return Infinity;
  const limit = asInt32(value);
  if (limit === undefined) {
    throw new CommandError(
      327391,
      `$filter: limit must be represented as a 32-bit integral value: ${show(value)}`,
    );
  }
  if (limit <= 0) throw new CommandError(327392, `$filter: limit must be greater than 0: ${limit}`);
  return limit;
}

const REDUCE: NamedShape = {
  notObject: 40075,
  unknown: 40076,
  required: { input: 40077, initialValue: 40078, in: 40079 },
};

/** How often a growing result is looked at; see {@link requireBounded}. */
const CHECK_INTERVAL = 16;

const reduce: Operator = (argument, scope, name) => {
  const fields = namedArguments(argument, name, REDUCE);
  const input = compileBound(fields.get('input'), scope);
  const initial = compile(fields.get('initialValue'), scope);
  const element = new Variable();
  const accumulated = new Variable();
  const inner = bind(scope, [
    ['this', element],
    ['value', accumulated],
  ]);
  const step: Expression = compile(fields.get('in'), inner);
  return (root) => {
    const values = input(root);
    if (values == null) return null;
    if (!Array.isArray(values)) {
      throw new CommandError(40080, `$reduce requires that 'input' be an array, found: ${show(values)}`);
    }
    let value = initial(root);
    for (let index = 0; index < values.length; index++) {
      scope.pacer.step();
      element.value = values[index];
      accumulated.value = value;
      value = step(root);
      if (index % CHECK_INTERVAL === CHECK_INTERVAL - 1) requireBounded(value);
    }
    return value;
  };
};

export const variableOperators: OperatorFamily = [
  ['$let', letOperator],
  ['$map', map],
  ['$filter', filter],
  ['$reduce', reduce],
];
