import type { Operation } from '../cursors/operation.js';
import { encodeIndexValue } from '../bson/index-key.js';
import { TICK } from '../types.js';
import type { Catalog } from './catalog.js';
import type { Collection } from './collection.js';
import type { CollectionIndex } from './collection-index.js';
import { behindPrefix, prefixRange, type KeyRange } from './keys.js';
import { scanEntries } from './scan.js';

/** Documents that are deleted in one transaction. */
const CHUNK = 64;

/** Deletes documents whose time is over, by their TTL indexes. */
export class Reaper {
  constructor(private readonly catalog: Catalog) {}

  /** @returns how many documents were deleted */
  async reap(operation: Operation, now = new Date()): Promise<number> {
    let deleted = 0;
    for (const database of this.catalog.databaseNames)
      for (const collection of this.catalog.collections(database))
        for (const index of collection.indexes)
          if (index.record.options.expireAfterSeconds !== undefined && index.record.state === 'ready')
            deleted += await this.reapIndex(collection, index, now, operation);
    return deleted;
  }

  private async reapIndex(
    collection: Collection,
    index: CollectionIndex,
    now: Date,
    operation: Operation,
  ): Promise<number> {
    const seconds = index.record.options.expireAfterSeconds ?? 0;
    const expired = expiredRange(index, new Date(Math.max(now.getTime() - seconds * 1000, -8.64e15)));
    let deleted = 0;
    for (;;) {
      const pause = operation.pause();
      if (pause) await pause;
      await collection.environment.backlog;
      if (collection.isDropped || !collection.indexes.includes(index)) return deleted;
      const chunk = firstRecords(collection, index, expired);
      collection.environment.transaction(() => {
        for (const id of chunk) {
          const row = collection.read(id);
          if (row) collection.remove(row);
        }
      }, 'remove');
      deleted += chunk.length;
      if (chunk.length < CHUNK) return deleted;
    }
  }
}

/** Entries are of dates alone: what holds no date never expires. */
function expiredRange(index: CollectionIndex, until: Date): KeyRange {
  const [direction] = index.directions;
  const bound = Buffer.from(encodeIndexValue(until, direction));
  const type = bound.subarray(0, 1);
  const inIndex = (bytes: Buffer): Buffer => Buffer.concat([prefixRange(index.id).lower, bytes]);
  return direction === 1
    ? { lower: inIndex(type), upper: behindPrefix(inIndex(bound)) }
    : { lower: inIndex(bound), upper: behindPrefix(inIndex(type)) };
}

function firstRecords(collection: Collection, index: CollectionIndex, range: KeyRange): number[] {
  const ids = new Set<number>();
  for (const entry of scanEntries(collection, index, range, 1)) {
    if (entry !== TICK) ids.add(entry.record);
    if (ids.size >= CHUNK) break;
  }
  return [...ids];
}
