import type { Document } from '../types.js';
import { compileElementTest } from './array-operators.js';
import { findEqualities } from './equalities.js';
import { fieldsOf } from './fields.js';
import { testOne } from './field-test.js';
import type { MatchDetails, ValueTest } from './field-test.js';
import { isOperatorDocument, parseOperators, parseValue } from './operators.js';
import { parseFilter } from './parse.js';
import { topScope } from './scope.js';
import type { FilterOptions } from './scope.js';

export type { FilterOptions } from './scope.js';
export type { ValueTest } from './field-test.js';

/** A compiled filter; compile once per command. */
export interface Filter {
  readonly matches: (document: Document) => boolean;
  /**
   * The index of the array element that satisfied the filter, for the positional operator `$`; `undefined` when the
   * document does not match or no array was involved.
   */
  readonly positionOf: (document: Document) => number | undefined;
  /**
   * The paths that the filter fixes to one value.
   *
   * @throws CommandError `NotSingleValueField` (54) when a path is fixed twice
   */
  readonly equalities: () => Map<string, unknown>;
  /** The top-level fields that decide; `undefined` when any may. A document with these alone gives the same answer. */
  readonly fields: ReadonlySet<string> | undefined;
}

/**
 * Compiles a filter.
 *
 * @throws CommandError `BadValue` (2) for unknown and malformed operators, 51091 for regular expressions that cannot run
 * in linear time, and the errors of expressions under `$expr`
 */
export function compileFilter(filter: Document, options: FilterOptions = {}): Filter {
  const match = parseFilter(filter, topScope(options));
  return {
    matches: (document) => match(document),
    positionOf: (document) => {
      const details: MatchDetails = { index: undefined };
      return match(document, details) ? details.index : undefined;
    },
    equalities: () => findEqualities(filter),
    fields: fieldsOf(filter),
  };
}

/** Compiles the operand of `$elemMatch` into a test of one element. */
export function compileElementFilter(operand: unknown, options: FilterOptions = {}): ValueTest {
  return compileElementTest(operand, topScope(options));
}

/** Compiles what may stand for a value in a filter, operators or a plain value, into a test of one value. */
export function compileCondition(condition: unknown, options: FilterOptions = {}): ValueTest {
  const scope = topScope(options);
  return testOne(
    isOperatorDocument(condition) ? parseOperators(condition, scope) : [parseValue(condition, scope)],
  );
}
