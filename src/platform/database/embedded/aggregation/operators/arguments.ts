import { CommandError } from '../../errors.js';
import type { ErrorCodeName } from '../../errors.js';
import { isDocument } from '../../bson/types.js';
import type { Document } from '../../types.js';
import { fold } from '../constant.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { typeName } from '../values.js';

/** Compiles one use of an operator. `name` is the operator as written, with its `$`. */
export type Operator = (argument: unknown, scope: Scope, name: string) => Expression;

/** Operators of one family by name. */
export type OperatorFamily = readonly (readonly [name: string, operator: Operator])[];

/** Compiles the operands of `{$op: [a, b]}` or `{$op: a}`. */
export function operands(argument: unknown, scope: Scope): Expression[] {
  return Array.isArray(argument)
    ? argument.map((operand) => compile(operand, scope))
    : [compile(argument, scope)];
}

function requireExactly(count: number, given: number, name: string): void {
  if (given !== count) {
    throw new CommandError(
      16020,
      `Expression ${name} takes exactly ${count} arguments. ${given} were passed in.`,
    );
  }
}

/** An operator of one argument. */
export function unary(apply: (value: unknown, scope: Scope, name: string) => unknown): Operator {
  return (argument, scope, name) => {
    const list = operands(argument, scope);
    requireExactly(1, list.length, name);
    const [operand] = list as [Expression];
    return fold(list, (root) => apply(operand(root), scope, name));
  };
}

/** An operator of two arguments. */
export function binary(
  apply: (left: unknown, right: unknown, scope: Scope, name: string) => unknown,
): Operator {
  return (argument, scope, name) => {
    const list = operands(argument, scope);
    requireExactly(2, list.length, name);
    const [left, right] = list as [Expression, Expression];
    return fold(list, (root) => apply(left(root), right(root), scope, name));
  };
}

/** An operator of `min` to `max` arguments, all evaluated before it runs. */
export function ranged(
  min: number,
  max: number,
  apply: (values: unknown[], scope: Scope, name: string) => unknown,
): Operator {
  return (argument, scope, name) => {
    const list = operands(argument, scope);
    if (min === max) requireExactly(min, list.length, name);
    else if (list.length < min || list.length > max) {
      throw new CommandError(
        28667,
        `Expression ${name} takes at least ${min} arguments, and at most ${max}, but ${list.length} were passed in.`,
      );
    }
    return fold(list, (root) =>
      apply(
        list.map((operand) => operand(root)),
        scope,
        name,
      ),
    );
  };
}

/** An operator of any number of arguments that decides itself which of them it evaluates. */
export function variadic(
  build: (list: readonly Expression[], scope: Scope, name: string) => Expression,
): Operator {
  return (argument, scope, name) => {
    const list = operands(argument, scope);
    return fold(list, build(list, scope, name));
  };
}

/** Which named arguments an operator takes, and MongoDB's codes for wrong ones. */
export interface NamedShape {
  /** When the argument is no object. */
  readonly notObject: number | ErrorCodeName;
  /** When an argument has another name. */
  readonly unknown: number | ErrorCodeName;
  /** Required arguments with the code for a missing one. */
  readonly required: Readonly<Record<string, number | ErrorCodeName>>;
  readonly optional?: readonly string[];
}

/** The arguments of `{$op: {name: value, …}}` as written. */
export function namedArguments(argument: unknown, name: string, shape: NamedShape): Map<string, unknown> {
  if (!isDocument(argument)) {
    throw new CommandError(
      shape.notObject,
      `${name} only supports an object as its argument, found: ${typeName(argument)}`,
    );
  }
  const result = new Map<string, unknown>();
  for (const [key, value] of Object.entries(argument)) {
    if (!Object.hasOwn(shape.required, key) && !shape.optional?.includes(key)) {
      throw new CommandError(shape.unknown, `Unrecognized argument to ${name}: ${key}`);
    }
    result.set(key, value);
  }
  for (const [key, code] of Object.entries(shape.required)) {
    if (!result.has(key)) throw new CommandError(code, `Missing '${key}' parameter to ${name}`);
  }
  return result;
}

/** Compiles named arguments; those that are absent are absent from the result. */
export function compileNamed(
  argument: unknown,
  scope: Scope,
  name: string,
  shape: NamedShape,
): Map<string, Expression> {
  const specs = namedArguments(argument, name, shape);
  return new Map([...specs].map(([key, spec]) => [key, compile(spec, scope)]));
}

/** A compiled named argument that {@link NamedShape.required} guarantees. */
export function required(compiled: ReadonlyMap<string, Expression>, key: string): Expression {
  const expression = compiled.get(key);
  if (expression === undefined) throw new Error(`argument '${key}' is not declared as required`);
  return expression;
}

/** An operator of named arguments whose values are all evaluated before it runs. */
export function named(
  shape: NamedShape,
  apply: (
    values: Readonly<Record<string, unknown>>,
    given: ReadonlySet<string>,
    scope: Scope,
    name: string,
  ) => unknown,
): Operator {
  return (argument, scope, name) => {
    const compiled = [...compileNamed(argument, scope, name, shape)];
    const given = new Set(compiled.map(([key]) => key));
    const evaluateAll: Expression = (root) => {
      const values: Document = {};
      for (const [key, evaluate] of compiled) values[key] = evaluate(root);
      return apply(values, given, scope, name);
    };
    return fold(
      compiled.map(([, expression]) => expression),
      evaluateAll,
    );
  };
}
