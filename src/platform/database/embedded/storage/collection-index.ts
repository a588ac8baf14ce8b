import { encodeIndexKey } from '../bson/index-key.js';
import { keysOf } from '../bson/key-order.js';
import { CommandError } from '../errors.js';
import { compileFilter, type Filter } from '../query/filter.js';
import type { Document } from '../types.js';
import type { IndexRecord } from './catalog-records.js';
import { formatValue } from './format-value.js';
import { indexTuples } from './index-tuples.js';
import { indexKey, RECORD_ID_BYTES, writeRecordId } from './keys.js';

/** The entries of one document in one index. */
export interface Entries {
  /** Physical keys, complete but for the record id at the end of those of an index that is not unique. */
  keys: Buffer[];
  /** The values behind `keys`, for messages. */
  tuples: unknown[][];
  arrays?: number[][];
  cut: boolean;
}

const NO_ENTRIES: Entries = { keys: [], tuples: [], cut: false };

/** An index as the write path sees it: which entries a document has. */
export class CollectionIndex {
  /** Set while it is being built once a duplicate has been met: the build fails, writers do not. */
  failure?: CommandError;
  /** Since when uses are counted, for `$indexStats`. */
  readonly since = new Date();
  uses = 0;
  readonly fields: readonly string[];
  readonly paths: readonly string[][];
  readonly directions: readonly (1 | -1)[];
  readonly partial?: Filter;

  constructor(readonly record: IndexRecord) {
    this.fields = keysOf(record.key);
    this.paths = this.fields.map((field) => field.split('.'));
    this.directions = this.fields.map((field) => (Number(record.key[field]) < 0 ? -1 : 1));
    const { partialFilterExpression } = record.options;
    if (partialFilterExpression) this.partial = compileFilter(partialFilterExpression);
  }

  get id(): number {
    return this.record.id;
  }

  get name(): string {
    return this.record.name;
  }

  get isUnique(): boolean {
    return this.record.options.unique === true;
  }

  /** Whether queries may use it. */
  get isUsable(): boolean {
    return this.record.state === 'ready' && this.record.options.hidden !== true;
  }

  /** @throws CommandError CannotIndexParallelArrays */
  entriesOf(document: Document): Entries {
    if (this.partial && !this.partial.matches(document)) return NO_ENTRIES;
    const { tuples, arrays } = indexTuples(document, this.paths, this.record.options.sparse === true);
    const entries: Entries = { keys: [], tuples: [], arrays, cut: false };
    const seen = tuples.length > 1 ? new Set<string>() : undefined;
    for (const tuple of tuples) {
      const { key, cut } = this.keyOf(tuple);
      if (seen) {
        const text = key.toString('latin1');
        if (seen.has(text)) continue;
        seen.add(text);
      }
      entries.keys.push(key);
      entries.tuples.push(tuple);
      entries.cut ||= cut;
    }
    return entries;
  }

  /** The physical key of one tuple, with room for the record id where the index needs it. */
  keyOf(tuple: readonly unknown[]): { key: Buffer; cut: boolean } {
    const encoded = encodeIndexKey([...tuple], [...this.directions]);
    return indexKey(this.id, encoded, this.isUnique ? 0 : RECORD_ID_BYTES);
  }

  /** Completes keys of {@link entriesOf} for the record they belong to. */
  own(keys: readonly Buffer[], record: number): void {
    if (!this.isUnique) for (const key of keys) writeRecordId(key, record, key.length - RECORD_ID_BYTES);
  }

  duplicateKey(namespace: string, tuple: readonly unknown[]): CommandError {
    const keyValue = Object.fromEntries(this.fields.map((field, i) => [field, tuple[i] ?? null]));
    const shown = this.fields.map((field, i) => `${field}: ${formatValue(tuple[i] ?? null)}`).join(', ');
    return new CommandError(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${namespace} index: ${this.name} dup key: { ${shown} }`,
      { keyPattern: this.record.key, keyValue },
    );
  }
}
