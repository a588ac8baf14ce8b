import type { Collation, Document, Rows } from '../types.js';
import type { MemoryBudget } from './memory.js';

/** What a stage reads from another collection. */
export interface CollectionQuery {
  filter?: Document;
  sort?: Document;
  skip?: number;
  limit?: number;
  collation?: Collation;
}

/** The new content of a collection that `$out` makes. */
export interface CollectionReplacement {
  add(document: Document): void;
  /** Puts the added documents in the place of what was there; options and indexes of the collection stay. */
  commit(): void;
  /** Drops what was added; called when the pipeline fails or is stopped. */
  abort(): void;
}

/** How `$merge` changes its target; each call is atomic. */
export interface MergeTarget {
  /** Whether a unique index covers exactly these fields, in any order. `_id` always counts. */
  hasUniqueIndex(fields: readonly string[]): boolean;
  /** Inserts a document; throws 11000 when a unique index refuses it. */
  insert(document: Document): void;
  /**
   * Replaces the one document that a filter of equalities matches.
   *
   * @param change gives the new document, or `undefined` to leave the old one
   * @returns whether a document matched
   */
  update(filter: Document, change: (existing: Document) => Document | undefined): boolean;
}

export interface PipelineWriter {
  /** For `$out`. */
  replace(database: string, collection: string): CollectionReplacement;
  /** For `$merge`. */
  merge(database: string, collection: string): MergeTarget;
}

/** What a pipeline may reach beside its source. */
export interface PipelineContext {
  database: string;
  collection: string;
  now: Date;
  collation?: Collation;
  /** The command's `let`: values, not expressions. */
  variables?: Record<string, unknown>;
  /** Reads another (or the same) collection of this database; the filter goes through the planner. */
  scan(collection: string, query: CollectionQuery): Rows;
  /** Charged by blocking stages. */
  memory: MemoryBudget;
  /** For `$out` and `$merge`; absent where writes are refused. */
  write?: PipelineWriter;
  /** The documents of `$collStats`' `storageStats`, and the record count. */
  stats?(collection: string): Document;
  /** The documents of `$indexStats`. */
  indexStats?(collection: string): Document[];
  /** The names of this database's collections. */
  collections?(): string[];
  /** Called now and then while one document is computed for long; throws when the command must stop. */
  interrupt?(): void;
}
