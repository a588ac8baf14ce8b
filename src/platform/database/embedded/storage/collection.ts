import { encodeIndexKey } from '../bson/index-key.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import type { CollectionRecord } from './catalog-records.js';
import { CollectionIndex } from './collection-index.js';
import type { Environment } from './environment.js';
import { changeEntries, planEntries } from './index-maintenance.js';
import { indexKey, readRecordId, recordKey } from './keys.js';
import { openRecord, sealRecord } from './records.js';
import { Row } from './row.js';
import { Statistics } from './statistics.js';
import type { Tree } from './trees.js';
import { Validator } from './validator.js';

export const ID_INDEX = '_id_';

/**
 * A collection's documents and index entries. Each write is checked completely before anything is changed, so that
 * a refused document leaves the transaction it is part of usable for others.
 */
export class Collection {
  readonly statistics: Statistics;
  indexes: CollectionIndex[];
  validator: Validator;
  /** Set when it has been dropped, for the cursors that still read it. */
  isDropped = false;

  /** @param saveRecord stores the catalog record within the present transaction */
  constructor(
    readonly environment: Environment,
    readonly record: CollectionRecord,
    private readonly saveRecord: (collection: Collection) => void,
  ) {
    this.statistics = new Statistics(environment, record.id);
    this.indexes = record.indexes.map((index) => new CollectionIndex(index));
    this.validator = new Validator(record.options);
  }

  get records(): Tree {
    return this.environment.trees.recordsOf(this.record.id);
  }

  entriesOf(index: CollectionIndex): Tree {
    return this.environment.trees.entriesOf(index.id);
  }

  get namespace(): string {
    return `${this.record.database}.${this.record.name}`;
  }

  get idIndex(): CollectionIndex {
    return this.indexes[0];
  }

  findIndex(name: string): CollectionIndex | undefined {
    return this.indexes.find((index) => index.name === name);
  }

  /**
   * @returns `undefined` when there is no such record any more
   * @throws CommandError DataCorruptionDetected when its checksum is wrong
   */
  read(id: number): Row | undefined {
    const value = this.records.get(recordKey(this.record.id, id));
    return value && this.open(id, value);
  }

  /** Makes a row of a stored value. */
  open(id: number, value: Buffer): Row {
    const bytes = openRecord(value);
    if (!bytes)
      throw new CommandError(
        'DataCorruptionDetected',
        `Record ${id} of ${this.namespace} is damaged: its checksum does not match`,
      );
    return new Row(id, bytes);
  }

  /** The record whose `_id` is this value. */
  lookup(id: unknown): number | undefined {
    const { key } = indexKey(this.idIndex.id, encodeIndexKey([id], [1]));
    const value = this.entriesOf(this.idIndex).get(key);
    return value && readRecordId(value, 0);
  }

  /** @throws CommandError DuplicateKey, CannotIndexParallelArrays */
  insert(document: Document, bytes: Uint8Array): number {
    return this.environment.transaction(() => {
      const plans = this.indexes.map((index) => planEntries(this, index, undefined, document, undefined));
      const id = this.statistics.takeRecordId();
      this.records.putSync(recordKey(this.record.id, id), sealRecord(bytes));
      this.statistics.addDocuments(1, bytes.length);
      for (const plan of plans) this.apply(plan, id);
      return id;
    });
  }

  /** @throws CommandError DuplicateKey, CannotIndexParallelArrays */
  replace(row: Row, document: Document, bytes: Uint8Array): void {
    this.environment.transaction(() => {
      const plans = this.indexes.map((index) => planEntries(this, index, row.document, document, row.id));
      this.records.putSync(recordKey(this.record.id, row.id), sealRecord(bytes));
      this.statistics.addDocuments(0, bytes.length - row.bytes.length);
      for (const plan of plans) this.apply(plan, row.id);
    });
  }

  remove(row: Row): void {
    this.environment.transaction(() => {
      const plans = this.indexes.map((index) => planEntries(this, index, row.document, undefined, row.id));
      this.records.removeSync(recordKey(this.record.id, row.id));
      this.statistics.addDocuments(-1, -row.bytes.length);
      for (const plan of plans) this.apply(plan, row.id);
    });
  }

  /** Adds what an index does not have yet of a stored document, while it is being built. */
  fill(index: CollectionIndex, row: Row): void {
    const plan = planEntries(this, index, undefined, row.document, row.id);
    this.apply(plan, row.id);
  }

  /** Stores the catalog record; to be called within a transaction. */
  save(): void {
    this.saveRecord(this);
  }

  private apply(plan: ReturnType<typeof planEntries>, id: number): void {
    if (changeEntries(this, plan, id)) this.save();
  }
}
