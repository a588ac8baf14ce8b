import { keysOf } from '../../bson/key-order.js';
import { pull } from '../../cursors/pull.js';
import { prepareQuery } from '../../planner/execute.js';
import { MemoryBudget } from '../../planner/memory-budget.js';
import { readRecordIds } from '../../planner/read.js';
import type { Query } from '../../planner/plan.js';
import { compileFilter } from '../../query/filter.js';
import type { Document } from '../../types.js';
import type { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { checkNamespace } from '../namespaces.js';

export async function count(context: CommandContext): Promise<Document> {
  const { collection: name, query } = parseCount(context.arguments);
  context.arguments.rejectUnknown();
  checkNamespace(context.database, name);
  const filter = compileFilter(query.filter, { collation: query.collation, now: context.now });
  const collection = context.engine.catalog.find(context.database, String(name));
  if (!collection) return { n: 0, ok: 1 };
  // A hinted index may hold fewer documents than there are.
  if (keysOf(query.filter).length === 0 && query.hint === undefined)
    return { n: slice(collection.statistics.count, query), ok: 1 };

  const memory = new MemoryBudget(context.engine.maxMemoryPerQuery);
  const unsliced = { ...query, skip: 0, limit: query.limit > 0 ? query.skip + query.limit : 0 };
  const { plan, counters, rows } = prepareQuery(collection, unsliced, filter, memory);
  const { access } = plan;
  // An index that knows exactly which documents are wanted answers without them.
  const flow =
    access.stage === 'IXSCAN' && access.bounds.isExact ? readRecordIds(collection, access, counters) : rows();
  let n = 0;
  await pull<unknown>(flow, context.operation, () => ++n !== unsliced.limit);
  return { n: slice(n, query), ok: 1 };
}

export function parseCount(fields: Arguments): { collection: unknown; query: Query } {
  const limit = fields.optionalInteger('limit') ?? 0;
  fields.ignore('fields');
  return {
    collection: fields.any('count'),
    query: {
      filter: fields.optionalDocument('query') ?? {},
      skip: fields.optionalCount('skip') ?? 0,
      limit: Math.abs(limit),
      hint: fields.any('hint'),
      collation: readCollation(fields),
    },
  };
}

function slice(n: number, { skip, limit }: Query): number {
  const left = Math.max(0, n - skip);
  return limit > 0 ? Math.min(left, limit) : left;
}
