import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { compileSort } from '../../sort/sort.js';
import type { Sort } from '../../sort/sort.js';
import type { Collation, Document } from '../../types.js';
import { approximateBytes } from '../memory.js';
import { limitArgument, skipArgument } from './limits.js';
import { Sorter, withTicks } from './sorting.js';
import { consume } from './stage.js';
import type { StageCompiler } from './stage.js';
import { TICK } from '../../types.js';

/** Compiles the specification of a `$sort`. */
export function sortArgument(spec: unknown, collation: Collation | undefined): Sort {
  if (!isDocument(spec)) throw new CommandError(15973, 'the $sort key specification must be an object');
  if (Object.keys(spec).length === 0) {
    throw new CommandError(15976, '$sort stage must have at least one sort key');
  }
  return compileSort(spec, collation);
}

interface Held {
  readonly document: Document;
  readonly values: readonly unknown[];
}

export const sort: StageCompiler = (spec, { scope, context: { memory }, following }) => {
  const order = sortArgument(spec, scope.collation);
  const keep = wanted(following);
  return function* (source) {
    const sorter = new Sorter<Held>(
      (left, right) => order.compareValues(left.values, right.values),
      memory,
      keep,
    );
    try {
      yield* consume(source, (document) => {
        sorter.add({ document, values: order.valuesOf(document) }, approximateBytes(document));
      });
      for (const held of withTicks(sorter.sorted())) yield held === TICK ? TICK : held.document;
    } finally {
      sorter.dispose();
    }
  };
};

/** How many documents `$limit` and `$skip` right behind a `$sort` let through. */
function wanted(following: readonly Document[]): number {
  let skipped = 0;
  for (const stage of following) {
    if (stage.$limit !== undefined) return skipped + limitArgument(stage.$limit);
    if (stage.$skip === undefined) break;
    skipped += skipArgument(stage.$skip);
  }
  return Infinity;
}
