import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compileSort } from '../../sort/sort.js';
import type { Document } from '../../types.js';
import { constant } from '../constant.js';
import { approximateBytes } from '../memory.js';
import { show, typeName } from '../values.js';
import type { Accumulator, AccumulatorCompiler } from './accumulator.js';
import { countArgument } from './count-argument.js';
import { Leading } from './several.js';
import { compile } from '../scope.js';

/** What one document brings to `$top` and its kin. */
interface Candidate {
  readonly document: Document;
  readonly output: unknown;
}

type Compare = (left: Document, right: Document) => number;

/** `$topN` and `$bottomN`; among equals the earliest documents win. */
class Ranked implements Accumulator {
  private readonly leading: Leading<Candidate>;

  constructor(
    n: number,
    private readonly compare: Compare,
    private readonly bottom: boolean,
    private readonly single: boolean,
  ) {
    this.leading = new Leading(n, ({ document: left }, { document: right }) =>
      bottom ? compare(right, left) : compare(left, right),
    );
  }

  add(value: unknown): number {
    const candidate = value as Candidate;
    const grew = this.leading.add(candidate);
    return grew ? 16 + approximateBytes(candidate.document) + approximateBytes(candidate.output) : 0;
  }

  result(): unknown {
    const chosen = this.leading.all();
    const ordered = this.bottom
      ? chosen.toSorted((left, right) => this.compare(left.document, right.document))
      : chosen;
    const outputs = ordered.map(({ output }) => output);
    return this.single ? (outputs[0] ?? null) : outputs;
  }
}

/** `$top`, `$bottom` (`single`), `$topN` and `$bottomN`. */
export function rankedCompiler(bottom: boolean, single: boolean): AccumulatorCompiler {
  return (argument, scope, name) => {
    if (!isDocument(argument)) {
      throw new CommandError(5788001, `specification must be an object; found ${show(argument)}`);
    }
    const allowed = single ? ['output', 'sortBy'] : ['n', 'output', 'sortBy'];
    const unknownField = Object.keys(argument).find((key) => !allowed.includes(key));
    if (unknownField !== undefined)
      throw new CommandError(5788002, `Unknown argument to ${name} '${unknownField}'`);
    if (!single && argument.n === undefined) throw new CommandError(5788003, "Missing value for 'n'");
    if (argument.output === undefined) throw new CommandError(5788004, "Missing value for 'output'");
    if (argument.sortBy === undefined) throw new CommandError(5788005, "Missing value for 'sortBy'");
    if (!isDocument(argument.sortBy)) {
      throw new CommandError(
        10065,
        `invalid parameter: expected an object (sortBy), found ${typeName(argument.sortBy)}`,
      );
    }
    const n = single ? constant(1) : compile(argument.n, scope);
    const output = compile(argument.output, scope);
    const sort = compileSort(argument.sortBy, scope.collation);
    const compare: Compare = (left, right) => sort.compare(left, right);
    return {
      input: (document): Candidate => ({ document, output: output(document) ?? null }),
      start: (group) => new Ranked(countArgument(n(group)), compare, bottom, single),
    };
  };
}
