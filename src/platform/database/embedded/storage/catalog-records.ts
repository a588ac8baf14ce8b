import type { Binary } from 'bson';
import type { Document } from '../types.js';

/** An index as the catalog keeps it. */
export interface IndexRecord {
  id: number;
  name: string;
  key: Document;
  /** Everything else that `createIndexes` was given and `listIndexes` answers: unique, sparse, … */
  options: IndexOptions;
  state: 'building' | 'ready';
  /** Per field, the depths at which some document had an array; absent while no document had any. */
  arrays?: number[][];
  /** Set once a key had to be cut: the index keeps no order then. */
  cut?: boolean;
}

export interface IndexOptions {
  unique?: boolean;
  sparse?: boolean;
  hidden?: boolean;
  partialFilterExpression?: Document;
  expireAfterSeconds?: number;
}

/** A collection as the catalog keeps it. */
export interface CollectionRecord {
  kind: 'collection';
  id: number;
  database: string;
  name: string;
  uuid: Binary;
  /** `validator`, `validationLevel`, `validationAction`. */
  options: Document;
  indexes: IndexRecord[];
}

/** Key ranges of something dropped that are still to be removed. */
export interface ReclaimRecord {
  kind: 'reclaim';
  id: number;
  /** Collection whose records go. */
  records?: number;
  /** Indexes whose entries go. */
  indexes: number[];
}

/** The first record of every data directory. */
export interface FormatRecord {
  kind: 'format';
  engine: string;
  version: number;
  created: Date;
  /** The next unused number for a collection, an index or a reclaim record. */
  next: number;
}

export type CatalogRecord = CollectionRecord | ReclaimRecord | FormatRecord;
