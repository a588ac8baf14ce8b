import { encode } from '../../bson/codec.js';
import { keysOf } from '../../bson/key-order.js';
import { CommandError } from '../../errors.js';
import { prepareQuery } from '../../planner/execute.js';
import { MemoryBudget } from '../../planner/memory-budget.js';
import type { Query } from '../../planner/plan.js';
import { compileProjection } from '../../projection/projection.js';
import { compileFilter } from '../../query/filter.js';
import type { RowFlow } from '../../planner/read.js';
import { TICK, type Document } from '../../types.js';
import type { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { encodeCursorReply } from '../cursor-reply.js';
import { checkNamespace } from '../namespaces.js';
import { readVariables } from '../variables.js';
import { answerFirstBatch, type CursorOptions } from './open-cursor.js';

/** A `find` command, taken apart. */
export interface FindRequest {
  collection: unknown;
  query: Query;
  projection?: Document;
  variables?: Document;
  cursor: CursorOptions;
}

export async function find(context: CommandContext): Promise<Uint8Array> {
  const request = parseFind(context);
  context.arguments.rejectUnknown();
  const namespace = checkNamespace(context.database, request.collection);
  const { query, projection } = request;
  const options = { variables: request.variables, now: context.now, collation: query.collation };
  const filter = compileFilter(query.filter, options);
  const project =
    projection && keysOf(projection).length > 0
      ? compileProjection(projection, { ...options, filter })
      : undefined;
  const collection = context.engine.catalog.find(context.database, String(request.collection));
  if (!collection) return encodeCursorReply('firstBatch', [], 0n, namespace);
  const memory = new MemoryBudget(context.engine.maxMemoryPerQuery);
  const { rows } = prepareQuery(collection, query, filter, memory);
  return answerFirstBatch(context, namespace, toBytes(rows(), project), request.cursor);
}

export function parseFind(context: CommandContext): FindRequest {
  const { arguments: fields } = context;
  const limit = fields.optionalCount('limit') ?? 0;
  const batchSize = fields.optionalCount('batchSize');
  const noTimeout = fields.boolean('noCursorTimeout', false);
  const singleBatch = fields.boolean('singleBatch', false);
  refuseTailable(fields);
  refuseIndexOutput(fields);
  fields.ignore('allowDiskUse', 'oplogReplay', 'allowPartialResults');
  return {
    collection: fields.any('find'),
    query: {
      filter: fields.optionalDocument('filter') ?? {},
      sort: fields.optionalDocument('sort'),
      skip: fields.optionalCount('skip') ?? 0,
      limit,
      hint: fields.any('hint'),
      collation: readCollation(fields),
    },
    projection: fields.optionalDocument('projection'),
    variables: readVariables(context),
    cursor: { batchSize, singleBatch, noTimeout },
  };
}

function refuseTailable(fields: Arguments): void {
  if (fields.boolean('tailable', false) || fields.boolean('awaitData', false))
    throw new CommandError(
      'BadValue',
      'tailable cursors need a capped collection, which this engine does not have',
    );
}

function refuseIndexOutput(fields: Arguments): void {
  for (const name of ['min', 'max'])
    if (keysOf(fields.optionalDocument(name) ?? {}).length > 0)
      throw new CommandError('CommandNotSupported', `find with '${name}' is not supported`);
  for (const name of ['returnKey', 'showRecordId'])
    if (fields.boolean(name, false))
      throw new CommandError('CommandNotSupported', `find with '${name}' is not supported`);
}

/** The BSON of the results. Without a projection it is what is stored, and nothing is decoded for it. */
function* toBytes(
  rows: RowFlow,
  project: ((document: Document) => Document) | undefined,
): Generator<Uint8Array | typeof TICK> {
  for (const row of rows)
    if (row === TICK) yield TICK;
    else yield project ? encode(project(row.document)) : row.bytes;
}
