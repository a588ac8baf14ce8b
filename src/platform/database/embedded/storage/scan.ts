import { CommandError } from '../errors.js';
import { TICK } from '../types.js';
import type { Collection } from './collection.js';
import type { CollectionIndex } from './collection-index.js';
import {
  PREFIX_BYTES,
  prefixRange,
  readRecordId,
  recordKey,
  RECORD_ID_BYTES,
  type KeyRange,
} from './keys.js';
import type { Row } from './row.js';

/** Scans read chunks of growing size, so that a search for one document does not read a hundred. */
const FIRST_CHUNK = 8;
const LARGEST_CHUNK = 128;
/** A chunk of large documents ends earlier. */
const CHUNK_BYTES = 2 ** 20;

export type Direction = 1 | -1;

/** An entry of an index. */
export interface IndexEntry {
  record: number;
  key: Buffer;
}

/**
 * Reads a collection in the order of insertion. No LMDB snapshot is held between two chunks: what others write
 * meanwhile may or may not be seen, and no document is seen twice.
 */
export function* scanRecords(collection: Collection, direction: Direction): Generator<Row | typeof TICK> {
  const { id } = collection.record;
  const { records } = collection;
  // Ids that are given out while the scan is under way are not visited, or it might never end.
  const last = collection.statistics.lastRecordId;
  const range = { lower: recordKey(id, 0), upper: recordKey(id, last + 1) };
  let size = FIRST_CHUNK;
  for (;;) {
    assertExists(collection);
    const { chunk, isLast } = readChunk(records.getRange({ ...bounds(range, direction), limit: size }), size);
    for (const { key, value } of chunk) {
      yield collection.open(readRecordId(key, PREFIX_BYTES), value);
      // A cursor may have waited for long before it asks for the next.
      assertExists(collection);
    }
    if (isLast) return;
    advance(range, chunk[chunk.length - 1].key, direction);
    size = Math.min(size * 2, LARGEST_CHUNK);
    yield TICK;
  }
}

/** Reads one interval of an index, in its order or backwards. */
export function* scanEntries(
  collection: Collection,
  index: CollectionIndex,
  interval: KeyRange,
  direction: Direction,
): Generator<IndexEntry | typeof TICK> {
  const tree = collection.entriesOf(index);
  const range = { ...interval };
  let size = FIRST_CHUNK;
  for (;;) {
    assertUsable(collection, index);
    const chunk = index.isUnique
      ? Array.from(tree.getRange({ ...bounds(range, direction), limit: size }), ({ key, value }) => ({
          key,
          record: readRecordId(value, 0),
        }))
      : Array.from(tree.getKeys({ ...bounds(range, direction), limit: size }), (key) => ({
          key,
          record: readRecordId(key, key.length - RECORD_ID_BYTES),
        }));
    for (const entry of chunk) {
      yield entry;
      assertExists(collection);
    }
    if (chunk.length < size) return;
    advance(range, chunk[chunk.length - 1].key, direction);
    size = Math.min(size * 2, LARGEST_CHUNK);
    yield TICK;
  }
}

/** How many entries an interval has, counted up to a limit. */
export function countEntries(
  collection: Collection,
  index: CollectionIndex,
  interval: KeyRange,
  limit: number,
): number {
  let count = 0;
  for (const _ of collection.entriesOf(index).getKeys({ ...bounds(interval, 1), limit })) count++;
  return count;
}

/** Everything in an index. */
export function wholeIndex(index: CollectionIndex): KeyRange {
  return prefixRange(index.id);
}

function readChunk(
  entries: Iterable<{ key: Buffer; value: Buffer }>,
  size: number,
): { chunk: { key: Buffer; value: Buffer }[]; isLast: boolean } {
  const chunk: { key: Buffer; value: Buffer }[] = [];
  let bytes = 0;
  for (const entry of entries) {
    chunk.push(entry);
    bytes += entry.value.length;
    if (bytes >= CHUNK_BYTES) return { chunk, isLast: false };
  }
  return { chunk, isLast: chunk.length < size };
}

function bounds({ lower, upper }: KeyRange, direction: Direction): object {
  return direction === 1
    ? { start: lower, end: upper }
    : { start: upper, end: lower, reverse: true, exclusiveStart: true, inclusiveEnd: true };
}

/** Goes on behind `key`. */
function advance(range: KeyRange, key: Buffer, direction: Direction): void {
  if (direction === -1) range.upper = key;
  else range.lower = Buffer.concat([key, Buffer.alloc(1)]);
}

function assertExists(collection: Collection): void {
  if (collection.isDropped)
    throw new CommandError('QueryPlanKilled', `collection dropped: ${collection.namespace}`);
}

function assertUsable(collection: Collection, index: CollectionIndex): void {
  assertExists(collection);
  if (!collection.indexes.includes(index))
    throw new CommandError('QueryPlanKilled', `index '${index.name}' dropped`);
}
