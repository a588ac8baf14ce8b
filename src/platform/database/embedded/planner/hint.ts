import { equalValues } from '../bson/compare.js';
import { keysOf } from '../bson/key-order.js';
import { isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Collection } from '../storage/collection.js';
import type { CollectionIndex } from '../storage/collection-index.js';
import type { Direction } from '../storage/scan.js';

/** What a client wants to be used: an index, or a scan of the collection. */
export type Hint = { index: CollectionIndex } | { natural: Direction };

/**
 * @returns `undefined` when there is no hint
 * @throws CommandError BadValue when it names no index that may be used
 */
export function resolveHint(collection: Collection, hint: unknown): Hint | undefined {
  if (hint === undefined || hint === null || (isDocument(hint) && keysOf(hint).length === 0))
    return undefined;
  if (isDocument(hint) && '$natural' in hint) return { natural: Number(hint.$natural) < 0 ? -1 : 1 };
  const index = collection.indexes.find(
    (candidate) =>
      candidate.isUsable && (isDocument(hint) ? isSamePattern(candidate, hint) : candidate.name === hint),
  );
  if (index) return { index };
  throw new CommandError(
    'BadValue',
    'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
  );
}

function isSamePattern(index: CollectionIndex, pattern: Record<string, unknown>): boolean {
  return equalValues(index.record.key, pattern);
}
