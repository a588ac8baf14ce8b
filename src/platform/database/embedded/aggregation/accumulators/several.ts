import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Collation } from '../../types.js';
import { compareResults } from '../compare.js';
import { approximateBytes } from '../memory.js';
import { compile } from '../scope.js';
import type { Expression, Scope } from '../scope.js';
import { show } from '../values.js';
import type { Accumulator, AccumulatorCompiler } from './accumulator.js';
import { countArgument } from './count-argument.js';

/** `$firstN`: the first n values, `null` for missing ones. */
export class FirstSeveral implements Accumulator {
  private readonly values: unknown[] = [];

  constructor(private readonly n: number) {}

  add(value: unknown): number {
    if (this.values.length >= this.n) return 0;
    this.values.push(value ?? null);
    return 8 + approximateBytes(value);
  }

  result(): unknown {
    return this.values;
  }
}

/** `$lastN`: the last n values, `null` for missing ones. */
export class LastSeveral implements Accumulator {
  private values: unknown[] = [];

  constructor(private readonly n: number) {}

  add(value: unknown): number {
    this.values.push(value ?? null);
    if (this.values.length < 2 * this.n) return 8 + approximateBytes(value);
    // Dropping the surplus now and then costs less than shifting the array for each value.
    this.values = this.values.slice(-this.n);
    return 0;
  }

  result(): unknown {
    return this.values.slice(-this.n);
  }
}

/**
 * Keeps the first n of all values in some order, without holding more than twice as many.
 */
export class Leading<Item> {
  private items: Item[] = [];

  constructor(
    private readonly n: number,
    private readonly compare: (left: Item, right: Item) => number,
  ) {}

  /** Answers whether the number of held items grew. */
  add(item: Item): boolean {
    this.items.push(item);
    if (this.items.length < 2 * this.n) return true;
    this.cut();
    return false;
  }

  /** The first n in order; items that compare equal stay in order of arrival. */
  all(): readonly Item[] {
    this.cut();
    return this.items;
  }

  private cut(): void {
    this.items.sort(this.compare);
    if (this.items.length > this.n) this.items.length = this.n;
  }
}

/** `$minN` and `$maxN`: `null` and missing do not count. */
export class ExtremeSeveral implements Accumulator {
  private readonly leading: Leading<unknown>;

  /** @param sign 1 keeps the greatest values, -1 the least */
  constructor(n: number, sign: 1 | -1, collation: Collation | undefined) {
    this.leading = new Leading(n, (left, right) => -sign * compareResults(left, right, collation));
  }

  add(value: unknown): number {
    if (value == null) return 0;
    return this.leading.add(value) ? 8 + approximateBytes(value) : 0;
  }

  result(): unknown {
    return [...this.leading.all()];
  }
}

const FIELDS = new Set(['n', 'input']);

/** The compiled `{n, input}` of `$firstN`, `$lastN`, `$minN` and `$maxN`. */
export function compileSeveral(
  argument: unknown,
  scope: Scope,
  name: string,
): { n: Expression; input: Expression } {
  if (!isDocument(argument)) {
    const code = name === '$minN' || name === '$maxN' ? 5787900 : 5787801;
    throw new CommandError(code, `specification must be an object; found ${show(argument)}`);
  }
  const unknownField = Object.keys(argument).find((key) => !FIELDS.has(key));
  if (unknownField !== undefined) {
    throw new CommandError(5787901, `Unknown argument for 'n' operator: ${unknownField}`);
  }
  if (argument.n === undefined) throw new CommandError(5787906, "Missing value for 'n'");
  if (argument.input === undefined) throw new CommandError(5787907, "Missing value for 'input'");
  return { n: compile(argument.n, scope), input: compile(argument.input, scope) };
}

/** Starts one of the four for a number of values. */
export type SeveralFactory = (n: number, collation: Collation | undefined) => Accumulator;

export const SEVERAL: ReadonlyMap<string, SeveralFactory> = new Map<string, SeveralFactory>([
  ['$firstN', (n) => new FirstSeveral(n)],
  ['$lastN', (n) => new LastSeveral(n)],
  ['$minN', (n, collation) => new ExtremeSeveral(n, -1, collation)],
  ['$maxN', (n, collation) => new ExtremeSeveral(n, 1, collation)],
]);

export function severalCompiler(factory: SeveralFactory): AccumulatorCompiler {
  return (argument, scope, name) => {
    const { n, input } = compileSeveral(argument, scope, name);
    return { input, start: (group) => factory(countArgument(n(group)), scope.collation) };
  };
}
