import { encode } from '../../bson/codec.js';
import { equalValues } from '../../bson/compare.js';
import { isDocument } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import { ID_INDEX, type Collection } from '../../storage/collection.js';
import type { CollectionIndex } from '../../storage/collection-index.js';
import type { IndexRequest } from '../../storage/index-builder.js';
import type { Document } from '../../types.js';
import { Arguments } from '../arguments.js';
import type { CommandContext } from '../context.js';
import { checkNamespace, checkWritable } from '../namespaces.js';
import { answerFirstBatch } from '../read/open-cursor.js';
import { isExisting, readIndexSpec } from './index-specs.js';

const MAX_INDEXES = 64;

export async function createIndexes(context: CommandContext): Promise<Document> {
  const { arguments: fields, database, engine, operation } = context;
  const name = fields.any('createIndexes');
  const specs = fields.requiredDocuments('indexes');
  fields.ignore('commitQuorum', 'ignoreUnknownIndexOptions');
  fields.rejectUnknown();
  checkWritable(checkNamespace(database, name), String(name));
  if (specs.length === 0) throw new CommandError('BadValue', 'Must specify at least one index to create');
  const requests = specs.map((spec) => readIndexSpec(new Arguments(spec, 'createIndexes.indexes')));

  const known = engine.catalog.find(database, String(name));
  const collection = known ?? engine.catalog.create(database, String(name));
  // Somebody else may be building what is asked for here, and may fail.
  await engine.builder.idle(collection);
  const numIndexesBefore = collection.indexes.length;
  const wanted = uniqueRequests(requests).filter((request) => !isExisting(collection, request));
  if (numIndexesBefore + wanted.length > MAX_INDEXES)
    throw new CommandError('CannotCreateIndex', `A collection cannot have more than ${MAX_INDEXES} indexes`);
  if (wanted.length > 0) await engine.builder.build(collection, wanted, operation);
  return {
    numIndexesBefore,
    numIndexesAfter: collection.indexes.length,
    createdCollectionAutomatically: !known,
    ...(wanted.length === 0 && { note: 'all indexes already exist' }),
    ok: 1,
  };
}

export async function listIndexes(context: CommandContext): Promise<Uint8Array> {
  const { arguments: fields, database, engine } = context;
  const name = fields.any('listIndexes');
  const batchSize = fields.optionalDocument('cursor')?.batchSize;
  fields.ignore('includeBuildUUIDs', 'includeIndexBuildInfo');
  fields.rejectUnknown();
  const namespace = checkNamespace(database, name);
  const collection = engine.catalog.find(database, String(name));
  if (!collection) throw new CommandError('NamespaceNotFound', `ns does not exist: ${namespace}`);
  const descriptions = collection.indexes
    .filter((index) => index.record.state === 'ready')
    .map((index) => encode(describe(index)));
  return answerFirstBatch(context, namespace, descriptions[Symbol.iterator](), {
    batchSize: typeof batchSize === 'number' ? batchSize : undefined,
  });
}

export function dropIndexes({ arguments: fields, database, engine, name }: CommandContext): Document {
  const target = fields.any(name);
  const wanted = fields.any('index');
  fields.rejectUnknown();
  const namespace = checkNamespace(database, target);
  const collection = engine.catalog.find(database, String(target));
  if (!collection) throw new CommandError('NamespaceNotFound', `ns not found ${namespace}`);
  const nIndexesWas = collection.indexes.length;
  const dropped = selectIndexes(collection, wanted);
  if (dropped.length > 0) engine.catalog.dropIndexes(collection, dropped);
  engine.reclaimer.wake();
  return { nIndexesWas, ok: 1 };
}

function selectIndexes(collection: Collection, wanted: unknown): CollectionIndex[] {
  if (wanted === '*') return collection.indexes.filter((index) => index !== collection.idIndex);
  const list = Array.isArray(wanted) ? wanted : [wanted];
  return list.map((one) => {
    const index = findIndex(collection, one);
    if (index.name === ID_INDEX) throw new CommandError('InvalidOptions', 'cannot drop _id index');
    return index;
  });
}

/** By its name or its key pattern. @throws CommandError IndexNotFound */
export function findIndex(collection: Collection, wanted: unknown): CollectionIndex {
  const index = isDocument(wanted)
    ? collection.indexes.find(({ record }) => equalValues(record.key, wanted))
    : collection.indexes.find(({ name }) => name === wanted);
  if (index) return index;
  const shown = isDocument(wanted) ? JSON.stringify(wanted) : String(wanted);
  throw new CommandError('IndexNotFound', `index not found with name [${shown}]`);
}

function describe({ record }: CollectionIndex): Document {
  // The _id index is unique without saying so, as MongoDB's.
  const options = record.name === ID_INDEX ? {} : record.options;
  return { v: 2, key: record.key, name: record.name, ...options };
}

/** The same request twice is one. */
function uniqueRequests(requests: readonly IndexRequest[]): IndexRequest[] {
  return requests.filter((request, i) => requests.findIndex((other) => equalValues(other, request)) === i);
}
