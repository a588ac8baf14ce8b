import type { Database, RootDatabase } from 'lmdb';

/** One of LMDB's trees; keys and values are bytes, and what it answers is a copy. */
export type Tree = Database<Buffer, Buffer>;

/**
 * Collections and indexes are spread over so many trees. Whatever grows at its end, as most do, fills its pages when
 * nothing lies behind it in its tree, and half of them otherwise. Part of the format: changing a number would need a
 * new version of it.
 */
const RECORD_TREES = 16;
const INDEX_TREES = 32;

export const TREE_COUNT = RECORD_TREES + INDEX_TREES + 2;

/** The trees of an environment. */
export class Trees {
  /** Catalog records by their number. */
  readonly catalog: Tree;
  /** Counters by the number of their collection. */
  readonly statistics: Tree;
  private readonly records: readonly Tree[];
  private readonly indexes: readonly Tree[];

  constructor(root: RootDatabase<Buffer, Buffer>) {
    const open = (name: string): Tree => root.openDB(name, { keyEncoding: 'binary', encoding: 'binary' });
    this.catalog = open('catalog');
    this.statistics = open('statistics');
    this.records = Array.from({ length: RECORD_TREES }, (_, i) => open(`records-${i}`));
    this.indexes = Array.from({ length: INDEX_TREES }, (_, i) => open(`indexes-${i}`));
  }

  /** All trees that hold documents, and all that hold entries of indexes. */
  get all(): { records: readonly Tree[]; indexes: readonly Tree[]; others: readonly Tree[] } {
    return { records: this.records, indexes: this.indexes, others: [this.catalog, this.statistics] };
  }

  /** Documents of a collection, among those of others. */
  recordsOf(collection: number): Tree {
    return this.records[collection % RECORD_TREES];
  }

  /** Entries of an index, among those of others. */
  entriesOf(index: number): Tree {
    return this.indexes[index % INDEX_TREES];
  }
}
