import { keysOf } from '../bson/key-order.js';
import { bsonType, isDocument } from '../bson/types.js';
import { CommandError } from '../errors.js';
import type { Collection } from '../storage/collection.js';
import type { CollectionIndex } from '../storage/collection-index.js';
import { resolveHint } from './hint.js';
import { boundsOf, wholeBounds } from './index-bounds.js';
import { impliesPartial } from './partial.js';
import type { Access, IndexScan, IndexUnion, Plan, Query } from './plan.js';
import { analyze, type Conjunction } from './predicates.js';
import { cheapest, compareToOrdered } from './probe.js';
import { naturalOrder, sortDirection } from './sort-order.js';

/** More alternatives of an `$or` than this are left to a scan. */
const MAX_ALTERNATIVES = 200;

/**
 * Decides how a query reaches its documents. Whatever it takes, every document is held against the whole filter
 * again: an index only narrows down what has to be looked at.
 *
 * @throws CommandError BadValue for a hint that names no index
 */
export function choosePlan(collection: Collection, query: Query): Plan {
  const natural = naturalOrder(query.sort);
  const hint = resolveHint(collection, query.hint);
  if (natural !== undefined || (hint && 'natural' in hint)) {
    const direction = natural ?? (hint && 'natural' in hint ? hint.natural : 1);
    return plan(collection, query, { stage: 'COLLSCAN', direction }, natural !== undefined || !query.sort);
  }
  if (!hint) {
    const id = idOf(query);
    if (id !== undefined) return plan(collection, query, { stage: 'IDHACK', id }, true);
  }
  return chooseIndex(collection, query, hint && 'index' in hint ? hint.index : undefined);
}

function chooseIndex(collection: Collection, query: Query, hinted: CollectionIndex | undefined): Plan {
  const { filter, sort, collation } = query;
  const conjunction = analyze(filter, !collation);
  const usable = hinted ? [hinted] : collection.indexes.filter((index) => index.isUsable);
  const candidates = usable.filter((index) => impliesPartial(index, filter, conjunction));
  if (hinted && candidates.length === 0)
    throw new CommandError('NoQueryExecutionPlans', 'The hinted partial index does not cover the query');
  const narrowed = candidates.flatMap((index) => narrow(index, conjunction, query));
  const ordered = sort && !collation ? candidates.flatMap((index) => wholeInOrder(index, sort)) : [];

  const best = cheapest(collection, narrowed);
  const inOrder = narrowed.filter((scan) => isOrdered(scan, query));
  const sorted = cheapest(collection, inOrder.length > 0 ? inOrder : ordered);
  const considered: Access[] = [...narrowed, ...ordered];
  const take = (access: Access, isSorted: boolean): Plan =>
    plan(
      collection,
      query,
      access,
      isSorted,
      considered.filter((other) => other !== access),
    );

  if (best && !sort) return take(best, true);
  if (best && sorted) {
    const useSorted = best === sorted || compareToOrdered(collection, best, sorted, query);
    return useSorted ? take(sorted, true) : take(best, false);
  }
  if (best) return take(best, false);
  const union = hinted ? undefined : unionOf(collection, query, conjunction);
  if (union) return take(union, !sort);
  if (sorted) return take(sorted, true);
  if (hinted) return take(scanOf(hinted, wholeBounds(hinted), 1), !sort);
  return take({ stage: 'COLLSCAN', direction: 1 }, !sort);
}

function plan(
  collection: Collection,
  query: Query,
  access: Access,
  isSorted: boolean,
  rejected: Access[] = [],
): Plan {
  return { collection, query, access, isSorted, rejected };
}

function scanOf(index: CollectionIndex, bounds: IndexScan['bounds'], direction: 1 | -1): IndexScan {
  return { stage: 'IXSCAN', index, bounds, direction };
}

function narrow(index: CollectionIndex, conjunction: Conjunction, { sort, collation }: Query): IndexScan[] {
  const bounds = boundsOf(index, conjunction);
  if (!bounds) return [];
  const direction = sort && !collation ? sortDirection(index, bounds, sort) : 1;
  return [scanOf(index, bounds, direction ?? 1)];
}

function wholeInOrder(index: CollectionIndex, sort: NonNullable<Query['sort']>): IndexScan[] {
  const bounds = wholeBounds(index);
  const direction = sortDirection(index, bounds, sort);
  return direction === undefined ? [] : [scanOf(index, bounds, direction)];
}

function isOrdered({ index, bounds, direction }: IndexScan, { sort, collation }: Query): boolean {
  return sort !== undefined && !collation && sortDirection(index, bounds, sort) === direction;
}

/** Serves one `$or` by an index scan for each of its alternatives. */
function unionOf(collection: Collection, query: Query, conjunction: Conjunction): IndexUnion | undefined {
  for (const alternatives of conjunction.alternatives) {
    if (alternatives.length === 0 || alternatives.length > MAX_ALTERNATIVES) continue;
    const scans: IndexScan[] = [];
    for (const alternative of alternatives) {
      const filter = { $and: [alternative, query.filter] };
      const branch = analyze(filter, !query.collation);
      const candidates = collection.indexes
        .filter((index) => index.isUsable && impliesPartial(index, alternative, branch))
        .flatMap((index) => narrow(index, branch, { ...query, sort: undefined }));
      const best = cheapest(collection, candidates);
      if (!best) break;
      scans.push(best);
    }
    if (scans.length === alternatives.length) return { stage: 'OR', scans };
  }
  return undefined;
}

/** The `_id` that a filter is all about. */
function idOf({ filter, collation }: Query): unknown {
  const keys = keysOf(filter);
  if (keys.length !== 1 || keys[0] !== '_id') return undefined;
  const condition = filter._id;
  const operators = isDocument(condition) ? keysOf(condition) : [];
  const value =
    operators.length === 1 && operators[0] === '$eq' ? (condition as Query['filter']).$eq : condition;
  const { alias } = bsonType(value);
  if (['null', 'missing', 'regex', 'array', 'object'].includes(alias)) return undefined;
  return collation && alias === 'string' ? undefined : value;
}
