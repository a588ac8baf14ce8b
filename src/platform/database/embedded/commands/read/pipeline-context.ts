import type { PipelineContext } from '../../aggregation/context.js';
import { prepareQuery } from '../../planner/execute.js';
import type { MemoryBudget } from '../../planner/memory-budget.js';
import { compileFilter } from '../../query/filter.js';
import { TICK, type Document } from '../../types.js';
import { collectionStatistics, indexStatistics } from '../admin/statistics.js';
import type { CommandContext } from '../context.js';
import { pipelineWriter } from '../write/pipeline-writer.js';
import type { AggregateRequest } from './aggregate.js';

type Scan = PipelineContext['scan'];

/** What a pipeline may reach beside its source. */
export function pipelineContext(
  context: CommandContext,
  request: AggregateRequest,
  memory: MemoryBudget,
): PipelineContext {
  const { catalog } = context.engine;
  const { database, now } = context;
  const find = (name: string): ReturnType<typeof catalog.find> => catalog.find(database, name);
  return {
    database,
    collection: request.collection ?? '$cmd.aggregate',
    now,
    collation: request.collation,
    variables: request.variables,
    memory,
    scan: scanner(context, memory),
    write: pipelineWriter(context),
    stats: (name) => collectionStatistics(find(name), `${database}.${name}`, 1),
    indexStats: (name) => indexStatistics(find(name)),
    interrupt: () => context.operation.check(),
    collections: () => catalog.collections(database).map(({ record }) => record.name),
  };
}

/** Reads another collection through the planner, as `$lookup` and its like do for every document. */
function scanner({ engine, database, now }: CommandContext, memory: MemoryBudget): Scan {
  return function* (
    name,
    { filter = {}, sort, skip = 0, limit = 0, collation },
  ): Generator<Document | typeof TICK> {
    const collection = engine.catalog.find(database, name);
    if (!collection) return;
    const compiled = compileFilter(filter, { collation, now });
    const { rows } = prepareQuery(collection, { filter, sort, skip, limit, collation }, compiled, memory);
    for (const row of rows()) yield row === TICK ? TICK : row.document;
  };
}
