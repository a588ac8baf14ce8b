import type { Document } from '../types.js';
import type { Collection } from './collection.js';
import type { CollectionIndex, Entries } from './collection-index.js';
import { readRecordId, RECORD_ID_BYTES, writeRecordId } from './keys.js';

/** What a write changes in one index. */
export interface EntryPlan {
  index: CollectionIndex;
  remove: Buffer[];
  add: Buffer[];
  /** What the new document tells about the index as a whole. */
  arrays?: number[][];
  cut: boolean;
}

const NOTHING: readonly Buffer[] = [];
const EMPTY = Buffer.alloc(0);

/**
 * Works out a write's index entries, without changing anything.
 *
 * @param record the record id, where the document is stored already
 * @throws CommandError DuplicateKey, CannotIndexParallelArrays
 */
export function planEntries(
  collection: Collection,
  index: CollectionIndex,
  before: Document | undefined,
  after: Document | undefined,
  record: number | undefined,
): EntryPlan {
  if (index.failure) return { index, remove: [], add: [], cut: false };
  const old = before && index.entriesOf(before);
  const next = after && index.entriesOf(after);
  const remove = old ? without(old.keys, next?.keys ?? NOTHING) : [];
  const add = next ? without(next.keys, old?.keys ?? NOTHING) : [];
  if (next && add.length > 0 && index.isUnique) checkUnique(collection, index, next, add, record);
  return { index, remove, add, arrays: next?.arrays, cut: next?.cut ?? false };
}

/** Makes the changes of a plan; @returns whether the index's record in the catalog changed */
export function changeEntries(collection: Collection, plan: EntryPlan, record: number): boolean {
  const { index } = plan;
  if (index.failure) return false;
  const tree = collection.entriesOf(index);
  let entries = 0;
  let bytes = 0;
  index.own(plan.remove, record);
  for (const key of plan.remove) {
    if (!tree.removeSync(key)) continue;
    entries--;
    bytes -= key.length;
  }
  index.own(plan.add, record);
  const value = index.isUnique ? recordIdValue(record) : EMPTY;
  for (const key of plan.add) {
    // A build may come to a document whose entries a writer has made already.
    if (index.record.state === 'building' && tree.get(key)) continue;
    tree.putSync(key, value);
    entries++;
    bytes += key.length;
  }
  collection.statistics.addEntries(index.id, entries, bytes);
  return learn(collection, plan);
}

function checkUnique(
  collection: Collection,
  index: CollectionIndex,
  next: Entries,
  add: readonly Buffer[],
  record: number | undefined,
): void {
  for (const key of add) {
    const holder = collection.entriesOf(index).get(key);
    if (!holder || readRecordId(holder, 0) === record) continue;
    const error = index.duplicateKey(collection.namespace, next.tuples[next.keys.indexOf(key)]);
    if (index.record.state === 'ready') throw error;
    // The index does not exist yet for clients: building it fails, the write does not.
    index.failure = error;
    return;
  }
}

function without(keys: readonly Buffer[], others: readonly Buffer[]): Buffer[] {
  if (others.length === 0) return [...keys];
  if (keys.length === 1 && others.length === 1) return keys[0].equals(others[0]) ? [] : [keys[0]];
  const known = new Set(others.map((key) => key.toString('latin1')));
  return keys.filter((key) => !known.has(key.toString('latin1')));
}

/** Remembers that there are arrays below an index's fields, or keys that had to be cut. */
function learn(collection: Collection, plan: EntryPlan): boolean {
  const { record } = plan.index;
  const arrays = plan.arrays && mergeArrays(record.arrays, plan.arrays);
  const cut = plan.cut && !record.cut;
  if (!arrays && !cut) return false;
  const before = { arrays: record.arrays, cut: record.cut };
  if (arrays) record.arrays = arrays;
  if (cut) record.cut = true;
  collection.environment.onRollback(() => Object.assign(record, before));
  return true;
}

/** @returns `undefined` when nothing is new */
function mergeArrays(known: number[][] | undefined, found: number[][]): number[][] | undefined {
  if (known && found.every((depths, field) => depths.every((depth) => known[field].includes(depth))))
    return undefined;
  return found.map((depths, field) => [...new Set([...(known?.[field] ?? []), ...depths])]);
}

function recordIdValue(record: number): Buffer {
  const value = Buffer.allocUnsafe(RECORD_ID_BYTES);
  writeRecordId(value, record, 0);
  return value;
}
