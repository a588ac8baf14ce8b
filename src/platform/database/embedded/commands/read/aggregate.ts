import { compilePipeline, splitHead, type PipelineHead } from '../../aggregation/pipeline.js';
import { encode, MAX_DOCUMENT_BYTES } from '../../bson/codec.js';
import { keysOf } from '../../bson/key-order.js';
import { CommandError } from '../../errors.js';
import { compileFilter } from '../../query/filter.js';
import { prepareQuery, type PreparedQuery } from '../../planner/execute.js';
import { MemoryBudget } from '../../planner/memory-budget.js';
import { TICK, type Collation, type Document, type Rows } from '../../types.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { checkNamespace } from '../namespaces.js';
import { readVariables } from '../variables.js';
import { answerFirstBatch } from './open-cursor.js';
import { pipelineContext } from './pipeline-context.js';

/** An `aggregate` command, taken apart. */
export interface AggregateRequest {
  /** `undefined` for a pipeline on the database as a whole. */
  collection?: string;
  namespace: string;
  pipeline: Document[];
  collation?: Collation;
  hint: unknown;
  variables?: Document;
}

export async function aggregate(context: CommandContext): Promise<Uint8Array> {
  const { arguments: fields } = context;
  const cursor = fields.optionalDocument('cursor');
  if (!cursor && !fields.boolean('explain', false))
    throw new CommandError(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  const request = parseAggregate(context);
  fields.rejectUnknown();
  const { rows } = prepareAggregate(context, request);
  const batchSize = cursor?.batchSize;
  return answerFirstBatch(context, request.namespace, toBytes(rows), {
    batchSize: typeof batchSize === 'number' ? batchSize : undefined,
  });
}

export function parseAggregate(context: CommandContext): AggregateRequest {
  const { arguments: fields, database } = context;
  const target = fields.any('aggregate');
  const pipeline = fields.requiredDocuments('pipeline');
  fields.ignore('allowDiskUse', 'bypassDocumentValidation', 'needsMerge', 'fromMongos');
  const isDatabase = target === 1 || target === 1n;
  return {
    collection: isDatabase ? undefined : String(target),
    namespace: isDatabase ? `${database}.$cmd.aggregate` : checkNamespace(database, target),
    pipeline,
    collation: readCollation(fields),
    hint: fields.any('hint'),
    variables: readVariables(context),
  };
}

/** Plans the part of a pipeline that indexes can serve, and compiles the rest. */
export function prepareAggregate(
  context: CommandContext,
  request: AggregateRequest,
): { rows: Rows; head: PipelineHead; source?: PreparedQuery } {
  const memory = new MemoryBudget(context.engine.maxMemoryPerQuery);
  const head = splitHead(request.pipeline);
  const { run, needsSource } = compilePipeline(head.rest, pipelineContext(context, request, memory));
  if (needsSource && request.collection === undefined)
    throw new CommandError(
      'InvalidNamespace',
      '{aggregate: 1} is not valid for a pipeline without a source stage',
    );
  const filter = compileFilter(head.filter ?? {}, {
    collation: request.collation,
    variables: request.variables,
    now: context.now,
  });
  const collection =
    request.collection === undefined
      ? undefined
      : context.engine.catalog.find(context.database, request.collection);
  if (!collection || !needsSource) return { rows: run([]), head };
  const source = prepareQuery(
    collection,
    {
      filter: head.filter ?? {},
      sort: head.sort,
      skip: head.skip ?? 0,
      limit: head.limit ?? 0,
      hint: request.hint,
      collation: request.collation,
    },
    filter,
    memory,
  );
  return { rows: run(documents(source, head.rest)), head, source };
}

/** The source's documents. A pipeline that only counts them gets empty ones, which need not be decoded. */
function* documents(source: PreparedQuery, rest: readonly Document[]): Generator<Document | typeof TICK> {
  const onlyCounts = isCount(rest[0]);
  for (const row of source.rows()) yield row === TICK ? TICK : onlyCounts ? {} : row.document;
}

/** `{$count: …}`, or the `$group` by which drivers count. */
function isCount(stage: Document | undefined): boolean {
  if (!stage) return false;
  if ('$count' in stage) return true;
  const group = stage.$group as Document | undefined;
  if (!group || typeof group !== 'object') return false;
  return keysOf(group).every((key) => {
    const value = group[key];
    if (key === '_id') return value === null || typeof value === 'number';
    return typeof value === 'object' && value !== null && '$sum' in value && typeof value.$sum === 'number';
  });
}

function* toBytes(rows: Rows): Generator<Uint8Array | typeof TICK> {
  for (const row of rows) yield row === TICK ? TICK : encode(row, MAX_DOCUMENT_BYTES);
}
