import { keysOf } from '../bson/key-order.js';
import type { Filter } from '../query/filter.js';
import { compileSort } from '../sort/sort.js';
import type { Collection } from '../storage/collection.js';
import type { Row } from '../storage/row.js';
import type { TICK } from '../types.js';
import { choosePlan } from './choose.js';
import type { MemoryBudget } from './memory-budget.js';
import type { Plan, Query } from './plan.js';
import { filterRows, readAccess, sliceRows, type ExecutionCounters } from './read.js';
import { naturalOrder } from './sort-order.js';
import { sortRows } from './sort-rows.js';

/** A query that is ready to be run. */
export interface PreparedQuery {
  plan: Plan;
  counters: ExecutionCounters;
  rows: () => Generator<Row | typeof TICK>;
}

/**
 * Plans a query.
 *
 * @param filter the query's filter, compiled
 * @throws CommandError for a malformed sort or hint
 */
export function prepareQuery(
  collection: Collection,
  query: Query,
  filter: Filter,
  memory: MemoryBudget,
): PreparedQuery {
  const order = query.sort && keysOf(query.sort).length > 0 ? query.sort : undefined;
  const sort = order && naturalOrder(order) === undefined ? compileSort(order, query.collation) : undefined;
  const plan = choosePlan(collection, { ...query, sort: order });
  const counters: ExecutionCounters = { keysExamined: 0, docsExamined: 0 };
  const { skip, limit } = query;
  return {
    plan,
    counters,
    rows() {
      const read = readAccess(collection, plan.access, counters);
      const found = isWholeFilter(plan) ? read : filterRows(read, filter);
      const keep = limit > 0 ? skip + limit : Infinity;
      const sorted = sort && !plan.isSorted ? sortRows(found, sort, keep, memory) : found;
      return sliceRows(sorted, skip, limit);
    },
  };
}

/** Whether what is read is what is wanted, so that no document has to be looked into. */
function isWholeFilter({ access, query }: Plan): boolean {
  return access.stage === 'IDHACK' || keysOf(query.filter).length === 0;
}
