import { isNumeric, toDouble, makeDouble } from '../../bson/numbers.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { isConstant } from '../constant.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { show, typeName } from '../values.js';
import type { Accumulator, AccumulatorCompiler } from './accumulator.js';

/**
 * `$percentile` and `$median`. MongoDB's `approximate` method estimates on many values; this one keeps them all and
 * answers the discrete percentile, which is what MongoDB answers on few.
 */
export class Percentile implements Accumulator {
  private readonly values: number[] = [];
  private sorted = true;

  constructor(
    private readonly ranks: readonly number[],
    private readonly single: boolean,
  ) {}

  add(value: unknown): number {
    if (!isNumeric(value)) return 0;
    this.values.push(toDouble(value));
    this.sorted = false;
    return 8;
  }

  result(): unknown {
    if (!this.sorted) this.values.sort(ascending);
    this.sorted = true;
    const results = this.ranks.map((rank) => {
      const position = Math.max(0, Math.ceil(rank * this.values.length) - 1);
      const value = this.values[position];
      return value === undefined ? null : makeDouble(value);
    });
    return this.single ? (results[0] ?? null) : results;
  }
}

/** NaN is below all numbers, as in BSON's order. */
function ascending(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  return left - right;
}

/** A use of `$median` or `$percentile`: where its numbers come from and which ranks it wants. */
export interface PercentileSpec {
  readonly input: Expression;
  readonly ranks: readonly number[];
  readonly single: boolean;
}

const MEDIAN_FIELDS = new Set(['input', 'method']);
const PERCENTILE_FIELDS = new Set(['input', 'method', 'p']);

export function compilePercentileSpec(argument: unknown, scope: Scope, name: string): PercentileSpec {
  const single = name === '$median';
  if (!isDocument(argument)) {
    throw new CommandError(
      single ? 7436100 : 7429703,
      `specification must be an object; found ${show(argument)}`,
    );
  }
  for (const key of Object.keys(argument)) {
    if (!(single ? MEDIAN_FIELDS : PERCENTILE_FIELDS).has(key)) {
      throw new CommandError(40415, `BSON field '${name}.${key}' is an unknown field.`);
    }
  }
  for (const key of single ? MEDIAN_FIELDS : PERCENTILE_FIELDS) {
    if (argument[key] === undefined) {
      throw new CommandError(40414, `BSON field '${name}.${key}' is missing but a required field`);
    }
  }
  if (typeof argument.method !== 'string') {
    throw new CommandError(
      'TypeMismatch',
      `BSON field '${name}.method' is the wrong type '${typeName(argument.method)}'`,
    );
  }
  if (argument.method !== 'approximate') {
    throw new CommandError('BadValue', "Currently only 'approximate' can be used as percentile 'method'.");
  }
  const input = compile(argument.input, scope);
  return { input, ranks: single ? [0.5] : percentileRanks(argument.p, scope), single };
}

function percentileRanks(spec: unknown, scope: Scope): number[] {
  const expression = compile(spec, scope);
  if (!isConstant(expression)) {
    throw new CommandError(7750300, "The $percentile 'p' field must be an array of constant values");
  }
  const ranks = expression({});
  const message = "The $percentile 'p' field must be an array of numbers from [0.0, 1.0], but found:";
  if (!Array.isArray(ranks) || ranks.length === 0)
    throw new CommandError(7750301, `${message} ${show(ranks)}`);
  return ranks.map((rank: unknown) => {
    if (!isNumeric(rank)) throw new CommandError(7750302, `${message} ${show(rank)}`);
    const number = toDouble(rank);
    if (number < 0 || number > 1) throw new CommandError(7750303, `${message} ${number}`);
    return number;
  });
}

export const compilePercentile: AccumulatorCompiler = (argument, scope, name) => {
  const { input, ranks, single } = compilePercentileSpec(argument, scope, name);
  return { input, start: () => new Percentile(ranks, single) };
};
