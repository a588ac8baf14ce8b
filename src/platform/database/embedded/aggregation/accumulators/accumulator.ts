import type { Document } from '../../types.js';
import type { Expression, Scope } from '../scope.js';

/** The running state of one accumulator for one group, window or array. */
export interface Accumulator {
  /** Takes one value and answers how many bytes it keeps because of it; a missing value is `undefined`. */
  add(value: unknown): number;
  /** The result so far; asking does not end the accumulation. `undefined` is missing. */
  result(): unknown;
}

/** One use of an accumulator, compiled. */
export interface CompiledAccumulator {
  /** What each document contributes. */
  readonly input: Expression;
  /**
   * Starts a group.
   *
   * @param group the group's `_id` when it is a document, which `n` of `$firstN` and others may refer to
   */
  readonly start: (group: Document) => Accumulator;
}

/** Compiles the argument of one use, such as `"$price"` in `{$sum: "$price"}`. */
export type AccumulatorCompiler = (argument: unknown, scope: Scope, name: string) => CompiledAccumulator;
