import type { Collection } from '../storage/collection.js';
import type { CollectionIndex } from '../storage/collection-index.js';
import type { Direction } from '../storage/scan.js';
import type { Collation, Document } from '../types.js';
import type { IndexBounds } from './index-bounds.js';

/** What a query wants, as far as it matters for reaching its documents. */
export interface Query {
  filter: Document;
  sort?: Document;
  skip: number;
  /** 0 is no limit. */
  limit: number;
  /** An index's name or key pattern, or `{$natural: ±1}`. */
  hint?: unknown;
  collation?: Collation;
}

export interface CollectionScan {
  stage: 'COLLSCAN';
  direction: Direction;
}

/** One document by its `_id`. */
export interface IdLookup {
  stage: 'IDHACK';
  id: unknown;
}

export interface IndexScan {
  stage: 'IXSCAN';
  index: CollectionIndex;
  bounds: IndexBounds;
  direction: Direction;
}

/** Several index scans of which each serves one alternative of an `$or`. */
export interface IndexUnion {
  stage: 'OR';
  scans: IndexScan[];
}

export type Access = CollectionScan | IdLookup | IndexScan | IndexUnion;

/** How a query is going to be run. */
export interface Plan {
  collection: Collection;
  query: Query;
  access: Access;
  /** Documents come in the order of the sort already. */
  isSorted: boolean;
  /** What was considered and not taken. */
  rejected: Access[];
}
