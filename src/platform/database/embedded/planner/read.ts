import type { Filter } from '../query/filter.js';
import type { Collection } from '../storage/collection.js';
import { scanEntries, scanRecords } from '../storage/scan.js';
import type { Row } from '../storage/row.js';
import { TICK } from '../types.js';
import type { Access, IndexScan } from './plan.js';

/** What a query has looked at so far. */
export interface ExecutionCounters {
  keysExamined: number;
  docsExamined: number;
}

export type RowFlow = Iterable<Row | typeof TICK>;

/** So many documents may be rejected, or intervals be empty, without a tick. */
const TICK_EVERY = 64;

/** Reads the documents that an access reaches; those of several entries or scans once. */
export function* readAccess(
  collection: Collection,
  access: Access,
  counters: ExecutionCounters,
): Generator<Row | typeof TICK> {
  switch (access.stage) {
    case 'COLLSCAN':
      for (const row of scanRecords(collection, access.direction)) {
        if (row !== TICK) counters.docsExamined++;
        yield row;
      }
      return;
    case 'IDHACK':
      yield* readById(collection, access.id, counters);
      return;
    case 'IXSCAN':
      yield* fetch(collection, readRecordIds(collection, access, counters), counters);
      return;
    case 'OR':
      yield* fetch(collection, distinct(access.scans, collection, counters), counters);
  }
}

/** Record ids of an index scan, each once. */
export function* readRecordIds(
  collection: Collection,
  { index, bounds, direction }: IndexScan,
  counters: ExecutionCounters,
): Generator<number | typeof TICK> {
  index.uses++;
  const seen = index.record.arrays ? new Set<number>() : undefined;
  const ranges = direction === 1 ? bounds.ranges : bounds.ranges.toReversed();
  for (const [i, range] of ranges.entries()) {
    if (i % TICK_EVERY === TICK_EVERY - 1) yield TICK;
    for (const entry of scanEntries(collection, index, range, direction)) {
      if (entry === TICK) {
        yield TICK;
        continue;
      }
      counters.keysExamined++;
      if (seen?.has(entry.record)) continue;
      seen?.add(entry.record);
      yield entry.record;
    }
  }
}

function* readById(collection: Collection, id: unknown, counters: ExecutionCounters): Generator<Row> {
  collection.idIndex.uses++;
  const record = collection.lookup(id);
  if (record === undefined) return;
  counters.keysExamined++;
  const row = collection.read(record);
  if (!row) return;
  counters.docsExamined++;
  yield row;
}

function* distinct(
  scans: readonly IndexScan[],
  collection: Collection,
  counters: ExecutionCounters,
): Generator<number | typeof TICK> {
  const seen = new Set<number>();
  for (const scan of scans)
    for (const id of readRecordIds(collection, scan, counters)) {
      if (id === TICK) yield TICK;
      else if (!seen.has(id)) {
        seen.add(id);
        yield id;
      }
    }
}

function* fetch(
  collection: Collection,
  ids: Iterable<number | typeof TICK>,
  counters: ExecutionCounters,
): Generator<Row | typeof TICK> {
  for (const id of ids) {
    if (id === TICK) {
      yield TICK;
      continue;
    }
    // Deleted since the entry was read: then it is not there.
    const row = collection.read(id);
    if (!row) continue;
    counters.docsExamined++;
    yield row;
  }
}

/** Passes on what matches, and a tick now and then while nothing does. */
export function* filterRows(rows: RowFlow, filter: Filter): Generator<Row | typeof TICK> {
  let rejected = 0;
  for (const row of rows) {
    if (row === TICK || filter.matches(row.select(filter.fields))) yield row;
    else if (++rejected % TICK_EVERY === 0) yield TICK;
  }
}

/** @param limit 0 is no limit */
export function* sliceRows(rows: RowFlow, skip: number, limit: number): Generator<Row | typeof TICK> {
  let skipped = 0;
  let taken = 0;
  for (const row of rows) {
    if (row === TICK) yield TICK;
    else if (skipped < skip) skipped++;
    else {
      yield row;
      if (++taken === limit) return;
    }
  }
}
