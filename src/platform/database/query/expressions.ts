import { mongo } from 'mongoose';
import { EXPRESSION_OPERATORS } from './expression-operators.js';
import { decodeWrapper, isWrapper, type Wrapper } from './extended-json.js';
import { checkFieldName, checkFieldPath } from './field-names.js';
import { checkPattern } from './patterns.js';
import { checkLiteral } from './scalars.js';
import { isPlain, type Plain, type Walk } from './walk.js';

type Variables = ReadonlySet<string>;
type Check = (walk: Walk, value: unknown, variables: Variables) => unknown;

/** Variables of the system that show nothing but the documents and the time. */
const SYSTEM_VARIABLES: Variables = new Set(['ROOT', 'CURRENT', 'NOW', 'REMOVE', 'DESCEND', 'PRUNE', 'KEEP']);

/** Operators whose arguments are not all expressions, or that declare variables. */
const SPECIAL = new Map<string, Check>([
  ['$literal', (walk, value) => checkLiteral(walk, value)],
  ['$let', letIn],
  ['$map', (walk, value, variables) => overElements(walk, value, variables, ['this'])],
  ['$filter', (walk, value, variables) => overElements(walk, value, variables, ['this'])],
  ['$reduce', (walk, value, variables) => overElements(walk, value, variables, ['this', 'value'])],
  ['$regexMatch', regex],
  ['$regexFind', regex],
  ['$regexFindAll', regex],
  [
    '$getField',
    (walk, value, variables) =>
      isPlain(value) && !isLiteral(value) ? ofField(walk, value, variables) : fieldName(walk, value),
  ],
  ['$setField', ofField],
  ['$unsetField', ofField],
]);

/** Checks an expression of the aggregation language and decodes its Extended JSON, into a new value. */
export function checkExpression(walk: Walk, value: unknown, variables: Variables = new Set()): unknown {
  if (typeof value === 'string') return value.startsWith('$') ? reference(walk, value, variables) : value;
  if (isWrapper(value)) return constant(walk, value);
  if (Array.isArray(value)) return walk.mapList(value, (member) => checkExpression(walk, member, variables));
  if (!isPlain(value)) return value;
  const operator = operatorOf(walk, value);
  return walk.mapObject(value, (key, member) => {
    if (operator === undefined) {
      checkFieldPath(walk, key);
      return checkExpression(walk, member, variables);
    }
    const special = SPECIAL.get(key);
    if (special) return special(walk, member, variables);
    if (!EXPRESSION_OPERATORS.has(key)) walk.refuse(`The operator ${key} is not allowed`);
    return checkExpression(walk, member, variables);
  });
}

/** The one operator of an object, `undefined` when it has plain fields. */
export function operatorOf(walk: Walk, value: Plain): string | undefined {
  const keys = Object.keys(value);
  const operator = keys.find((key) => key.startsWith('$'));
  if (operator !== undefined && keys.length > 1)
    walk.refuse(`The operator ${operator} must stand alone in its object`);
  return operator;
}

/** Adds the variables that a caller declares to those that stand around. */
export function declare(walk: Walk, names: string[], around: Variables): Variables {
  for (const name of names)
    if (!/^[a-z]\w{0,63}$/.test(name))
      walk.refuse(`A variable must begin with a small letter and have letters, digits and "_": "${name}"`);
  return new Set([...around, ...names]);
}

/** `$field.path` or `$$variable.path`. */
function reference(walk: Walk, text: string, variables: Variables): string {
  if (!text.startsWith('$$')) {
    checkFieldPath(walk, text.slice(1));
    return text;
  }
  const [name, ...path] = text.slice(2).split('.');
  if (!variables.has(name) && !SYSTEM_VARIABLES.has(name)) walk.refuse(`There is no variable $$${name}`);
  if (path.length > 0) checkFieldPath(walk, path.join('.'));
  return text;
}

function constant(walk: Walk, wrapper: Wrapper): unknown {
  const value = decodeWrapper(walk, wrapper);
  if (value instanceof mongo.BSONRegExp) walk.refuse('A regular expression is not allowed here');
  return value;
}

/** Visits the arguments of an operator that takes these and no others. */
function named(
  walk: Walk,
  value: unknown,
  names: readonly string[],
  visit: (name: string, member: unknown) => unknown,
): Plain {
  return walk.mapObject(value, (name, member) => {
    if (!names.includes(name)) walk.refuse(`"${name}" is not an argument of this operator`);
    return visit(name, member);
  });
}

function letIn(walk: Walk, value: unknown, variables: Variables): Plain {
  const names = isPlain(value) && isPlain(value.vars) ? Object.keys(value.vars) : [];
  const inside = declare(walk, names, variables);
  return named(walk, value, ['vars', 'in'], (key, member) => {
    if (key === 'in') return checkExpression(walk, member, inside);
    return walk.mapObject(member, (_name, initial) => checkExpression(walk, initial, variables));
  });
}

function overElements(walk: Walk, value: unknown, variables: Variables, implied: string[]): Plain {
  const names = isPlain(value) && Object.hasOwn(value, 'as') ? [value.as] : implied;
  const inside = declare(
    walk,
    names.map((name) =>
      typeof name === 'string' ? name : walk.refuse('"as" must be the name of a variable'),
    ),
    variables,
  );
  return named(walk, value, ['input', 'as', 'in', 'cond', 'limit', 'initialValue'], (key, member) => {
    if (key === 'as') return member;
    return checkExpression(walk, member, key === 'in' || key === 'cond' ? inside : variables);
  });
}

/** The pattern must be a constant: one that is computed, or read from a document, could not be checked. */
function regex(walk: Walk, value: unknown, variables: Variables): Plain {
  const flags = isPlain(value) ? (value.options ?? '') : '';
  if (typeof flags !== 'string') walk.refuse('"options" must be text');
  return named(walk, value, ['input', 'regex', 'options'], (key, member) => {
    if (key === 'options') return member;
    return key === 'regex' ? constantPattern(walk, member, flags) : checkExpression(walk, member, variables);
  });
}

function constantPattern(walk: Walk, value: unknown, flags: string): unknown {
  const pattern = isLiteral(value) ? value.$literal : value;
  if (typeof pattern === 'string' && (pattern !== value || !pattern.startsWith('$'))) {
    checkPattern(walk, pattern, flags);
    return value;
  }
  const decoded = isWrapper(pattern) ? decodeWrapper(walk, pattern) : undefined;
  if (!(decoded instanceof mongo.BSONRegExp)) walk.refuse('"regex" must be a constant regular expression');
  checkPattern(walk, decoded.pattern, decoded.options + flags);
  return decoded;
}

/** The name must be a constant, for the same reason as a pattern. */
function ofField(walk: Walk, value: unknown, variables: Variables): Plain {
  return named(walk, value, ['field', 'input', 'value'], (key, member) =>
    key === 'field' ? fieldName(walk, member) : checkExpression(walk, member, variables),
  );
}

function fieldName(walk: Walk, value: unknown): unknown {
  const name = isLiteral(value) ? value.$literal : value;
  if (typeof name !== 'string') walk.refuse('"field" must be the constant name of a field');
  checkFieldName(walk, name);
  return value;
}

const isLiteral = (value: unknown): value is { $literal: unknown } =>
  isPlain(value) && Object.hasOwn(value, '$literal') && Object.keys(value).length === 1;
