import type { Transaction } from 'lmdb';
import { TICK } from '../types.js';
import type { Collection } from './collection.js';
import type { CollectionIndex } from './collection-index.js';
import { numberKey, PREFIX_BYTES, prefixRange, readRecordId, recordKey, RECORD_ID_BYTES } from './keys.js';
import { openRecord } from './records.js';
import { Row } from './row.js';
import { parseFigures } from './statistics.js';

/** What a check of a collection has found. */
export interface ValidationReport {
  records: number;
  bytes: number;
  /** Record ids whose documents are damaged. */
  damaged: number[];
  /** Entries per index. */
  entries: Map<string, number>;
  errors: string[];
}

const MAX_ERRORS = 100;
const RECORDS_PER_TICK = 64;

export function emptyReport(): ValidationReport {
  return { records: 0, bytes: 0, damaged: [], entries: new Map(), errors: [] };
}

/**
 * Holds a collection against its indexes in both directions: every document has its entries, every entry has its
 * document, and the counters tell the truth. It looks at one moment, whatever others write meanwhile.
 *
 * @param report what is found is added to it
 */
export function* validateCollection(
  collection: Collection,
  report: ValidationReport,
): Generator<typeof TICK, void> {
  const transaction = collection.environment.snapshot();
  try {
    yield* new Validation(collection, transaction, report).run();
  } finally {
    transaction.done();
  }
}

class Validation {
  private readonly indexes: readonly CollectionIndex[];
  /** How many entries the documents of each index need. */
  private readonly needed = new Map<CollectionIndex, number>();

  constructor(
    private readonly collection: Collection,
    private readonly transaction: Transaction,
    private readonly report: ValidationReport,
  ) {
    this.indexes = collection.indexes.filter((index) => index.record.state === 'ready');
  }

  *run(): Generator<typeof TICK> {
    yield* this.checkRecords();
    for (const index of this.indexes) yield* this.checkIndex(index);
    this.checkCounters();
  }

  private *checkRecords(): Generator<typeof TICK> {
    const { lower, upper } = prefixRange(this.collection.record.id);
    const range = { start: lower, end: upper, transaction: this.transaction };
    for (const { key, value } of this.collection.records.getRange(range)) {
      this.checkRecord(readRecordId(key, PREFIX_BYTES), openRecord(value));
      if (this.report.records % RECORDS_PER_TICK === 0) yield TICK;
    }
  }

  private checkRecord(id: number, bytes: Buffer | undefined): void {
    this.report.records++;
    if (!bytes) {
      this.report.damaged.push(id);
      this.complain(`record ${id}: the checksum does not match`);
      return;
    }
    this.report.bytes += bytes.length;
    const row = new Row(id, bytes);
    for (const index of this.indexes) this.checkEntries(index, row);
  }

  private checkEntries(index: CollectionIndex, row: Row): void {
    const { keys, arrays } = index.entriesOf(row.document);
    index.own(keys, row.id);
    for (const key of keys) {
      const value = this.collection.entriesOf(index).get(key, { transaction: this.transaction });
      if (!value) this.complain(`index ${index.name}: record ${row.id} has no entry`);
      else if (index.isUnique && readRecordId(value, 0) !== row.id)
        this.complain(
          `index ${index.name}: the entry of record ${row.id} leads to ${readRecordId(value, 0)}`,
        );
    }
    if (
      arrays?.some((depths, field) => depths.some((depth) => !index.record.arrays?.[field].includes(depth)))
    )
      this.complain(`index ${index.name}: does not know of the arrays of record ${row.id}`);
    this.needed.set(index, (this.needed.get(index) ?? 0) + keys.length);
  }

  private *checkIndex(index: CollectionIndex): Generator<typeof TICK> {
    const { lower, upper } = prefixRange(index.id);
    const range = { start: lower, end: upper, transaction: this.transaction };
    let count = 0;
    for (const { key, value } of this.collection.entriesOf(index).getRange(range)) {
      const id = index.isUnique ? readRecordId(value, 0) : readRecordId(key, key.length - RECORD_ID_BYTES);
      this.checkEntry(index, id, key);
      if (++count % RECORDS_PER_TICK === 0) yield TICK;
    }
    this.report.entries.set(index.name, count);
    const needed = this.needed.get(index) ?? 0;
    if (count !== needed)
      this.complain(`index ${index.name}: ${count} entries, but its documents need ${needed}`);
  }

  private checkEntry(index: CollectionIndex, id: number, key: Buffer): void {
    const value = this.collection.records.get(recordKey(this.collection.record.id, id), {
      transaction: this.transaction,
    });
    const bytes = value && openRecord(value);
    if (!bytes) {
      this.complain(`index ${index.name}: an entry leads to record ${id}, which is not there`);
      return;
    }
    const { keys } = index.entriesOf(new Row(id, bytes).document);
    index.own(keys, id);
    if (!keys.some((own) => own.equals(key)))
      this.complain(`index ${index.name}: record ${id} has an entry that is not its own`);
  }

  private checkCounters(): void {
    const { statistics } = this.collection.environment.trees;
    const stored = statistics.get(numberKey(this.collection.record.id), { transaction: this.transaction });
    const { count, size } = stored ? parseFigures(stored) : { count: 0, size: 0 };
    if (count !== this.report.records)
      this.complain(`${count} documents are counted, ${this.report.records} are there`);
    if (size !== this.report.bytes && this.report.damaged.length === 0)
      this.complain(`documents are counted as ${size} bytes and have ${this.report.bytes}`);
  }

  private complain(error: string): void {
    if (this.report.errors.length < MAX_ERRORS) this.report.errors.push(error);
  }
}
