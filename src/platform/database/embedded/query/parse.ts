import { compileExpression } from '../aggregation/expression.js';
import { isTrue } from '../aggregation/values.js';
import { keysOf } from '../bson/key-order.js';
import { isNumeric, toDouble } from '../bson/numbers.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import { allOf, matchPath } from './field-test.js';
import type { Match } from './field-test.js';
import { compileSchema } from './json-schema.js';
import { isOperatorDocument, parseOperators, parseValue } from './operators.js';
import { deeper } from './scope.js';
import type { Scope } from './scope.js';

type TopLevelOperator = (operand: unknown, scope: Scope) => Match | undefined;

const TOP_LEVEL_OPERATORS = new Map<string, TopLevelOperator>([
  ['$and', (operand, scope) => allOf(parseBranches('$and', operand, scope))],
  ['$or', (operand, scope) => anyOf(parseBranches('$or', operand, scope))],
  ['$nor', nor],
  ['$expr', expression],
  ['$jsonSchema', schema],
  ['$comment', () => undefined],
  ['$alwaysTrue', (operand) => constant('$alwaysTrue', operand, true)],
  ['$alwaysFalse', (operand) => constant('$alwaysFalse', operand, false)],
  ['$sampleRate', sampleRate],
  ['$where', where],
  ['$text', text],
]);

/**
 * Parses a filter of documents.
 *
 * @throws CommandError `BadValue` for an unknown or malformed operator
 */
export function parseFilter(filter: Document, scope: Scope): Match {
  const matches: Match[] = [];
  for (const name of keysOf(filter)) {
    const match = name.startsWith('$')
      ? parseTopLevel(name, filter[name], scope)
      : parseField(name, filter[name], scope);
    if (match !== undefined) matches.push(match);
  }
  return allOf(matches);
}

function parseField(path: string, condition: unknown, scope: Scope): Match {
  const tests = isOperatorDocument(condition)
    ? parseOperators(condition, scope)
    : [parseValue(condition, scope)];
  return matchPath(path, tests);
}

function parseTopLevel(name: string, operand: unknown, scope: Scope): Match | undefined {
  const operator = TOP_LEVEL_OPERATORS.get(name);
  if (operator === undefined) {
    throw new CommandError(
      'BadValue',
      `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
    );
  }
  return operator(operand, scope);
}

function parseBranches(name: string, operand: unknown, scope: Scope): Match[] {
  if (!Array.isArray(operand)) throw new CommandError('BadValue', `${name} must be an array`);
  if (operand.length === 0) throw new CommandError('BadValue', '$and/$or/$nor must be a nonempty array');
  const inner = deeper(scope);
  return operand.map((branch: unknown) => {
    if (!isDocument(branch))
      throw new CommandError('BadValue', '$or/$and/$nor entries need to be full objects');
    return parseFilter(branch, inner);
  });
}

function anyOf(matches: readonly Match[]): Match {
  return (document, details) => {
    const before = details?.index;
    for (const match of matches) {
      if (match(document, details)) return true;
      // A branch that failed in the end may have noted an index before.
      if (details !== undefined) details.index = before;
    }
    return false;
  };
}

function nor(operand: unknown, scope: Scope): Match {
  const any = anyOf(parseBranches('$nor', operand, scope));
  return (document) => !any(document);
}

function expression(operand: unknown, scope: Scope): Match {
  requireTop('$expr', scope);
  const evaluate = compileExpression(operand, scope.options);
  return (document) => isTrue(evaluate(document));
}

function schema(operand: unknown, scope: Scope): Match {
  if (!isDocument(operand)) throw new CommandError('TypeMismatch', '$jsonSchema must be an object');
  return compileSchema(operand, deeper(scope));
}

function constant(name: string, operand: unknown, result: boolean): Match {
  if (!isNumeric(operand) || toDouble(operand) !== 1) {
    throw new CommandError('FailedToParse', `${name} must be an integer value of 1`);
  }
  return () => result;
}

function sampleRate(operand: unknown): Match {
  const rate = isNumeric(operand) ? toDouble(operand) : NaN;
  if (!(rate >= 0 && rate <= 1)) {
    throw new CommandError('BadValue', 'numeric argument to $sampleRate must be in [0, 1]');
  }
  return () => Math.random() < rate;
}

function where(_operand: unknown, scope: Scope): never {
  requireTop('$where', scope);
  throw new CommandError('CommandNotSupported', '$where is not supported: this server runs no JavaScript');
}

function text(_operand: unknown, scope: Scope): never {
  requireTop('$text', scope);
  throw new CommandError('IndexNotFound', 'text index required for $text query');
}

function requireTop(name: string, { top }: Scope): void {
  if (!top) throw new CommandError('BadValue', `${name} can only be applied to the top-level document`);
}
