import { encode } from '../../bson/codec.js';
import { equalValues } from '../../bson/compare.js';
import { CommandError } from '../../errors.js';
import { compileFilter } from '../../query/filter.js';
import type { Collection } from '../../storage/collection.js';
import { Validator } from '../../storage/validator.js';
import type { Document } from '../../types.js';
import type { Arguments } from '../arguments.js';
import { readCollation } from '../collation.js';
import type { CommandContext } from '../context.js';
import { checkDatabaseName, checkNamespace, checkWritable } from '../namespaces.js';
import { answerFirstBatch } from '../read/open-cursor.js';

/** Kinds of collections that there are none of, by the option that asks for them. */
const UNSUPPORTED = {
  timeseries: 'time-series collections',
  viewOn: 'views',
  clusteredIndex: 'clustered collections',
  encryptedFields: 'encrypted collections',
} as const;

export function create({ arguments: fields, database, engine }: CommandContext): Document {
  const name = fields.any('create');
  const namespace = checkNamespace(database, name);
  checkWritable(namespace, String(name));
  if (fields.boolean('capped', false))
    throw new CommandError('CommandNotSupported', 'capped collections are not supported');
  for (const [option, kind] of Object.entries(UNSUPPORTED))
    if (fields.any(option) !== undefined)
      throw new CommandError('CommandNotSupported', `${kind} are not supported`);
  if (readCollation(fields))
    throw new CommandError('CommandNotSupported', 'a default collation of a collection is not supported');
  const options = readValidation(fields);
  fields.ignore(
    'size',
    'max',
    'autoIndexId',
    'idIndex',
    'storageEngine',
    'indexOptionDefaults',
    'pipeline',
    'flags',
  );
  fields.ignore('changeStreamPreAndPostImages', 'expireAfterSeconds');
  fields.rejectUnknown();
  const existing = engine.catalog.find(database, String(name));
  if (existing && !equalValues(existing.record.options, options))
    throw new CommandError('NamespaceExists', `Collection ${namespace} already exists.`);
  if (!existing) engine.catalog.create(database, String(name), options);
  return { ok: 1 };
}

export function drop({ arguments: fields, database, engine }: CommandContext): Document {
  const name = fields.any('drop');
  fields.rejectUnknown();
  const ns = checkNamespace(database, name);
  const collection = engine.catalog.find(database, String(name));
  if (!collection) return { ok: 1 };
  const nIndexesWas = collection.indexes.length;
  engine.catalog.drop(collection);
  engine.reclaimer.wake();
  return { nIndexesWas, ns, ok: 1 };
}

export function dropDatabase({ arguments: fields, database, engine }: CommandContext): Document {
  fields.ignore('dropDatabase');
  fields.rejectUnknown();
  checkDatabaseName(database);
  const { catalog } = engine;
  const collections = catalog.collections(database);
  if (collections.length === 0) return { ok: 1 };
  catalog.environment.transaction(
    () => collections.forEach((collection) => catalog.drop(collection)),
    'remove',
  );
  engine.reclaimer.wake();
  return { dropped: database, ok: 1 };
}

export function renameCollection({ arguments: fields, database, engine }: CommandContext): Document {
  const from = fields.string('renameCollection');
  const to = fields.string('to');
  const dropTarget = fields.boolean('dropTarget', false);
  fields.ignore('stayTemp');
  fields.rejectUnknown();
  assertAdmin(database, 'renameCollection');
  const source = splitNamespace(from);
  const target = splitNamespace(to);
  checkWritable(from, source.collection);
  checkWritable(to, target.collection);
  const { catalog } = engine;
  const collection = catalog.find(source.database, source.collection);
  if (!collection) throw new CommandError('NamespaceNotFound', `Source collection ${from} does not exist`);
  if (from === to) throw new CommandError('IllegalOperation', "Can't rename a collection to itself");
  const existing = catalog.find(target.database, target.collection);
  if (existing && !dropTarget) throw new CommandError('NamespaceExists', 'target namespace exists');
  catalog.environment.transaction(() => {
    if (existing) catalog.drop(existing);
    catalog.rename(collection, target.database, target.collection);
  });
  engine.reclaimer.wake();
  return { ok: 1 };
}

export async function listCollections(context: CommandContext): Promise<Uint8Array> {
  const { arguments: fields, database, engine } = context;
  const filter = compileFilter(fields.optionalDocument('filter') ?? {});
  const nameOnly = fields.boolean('nameOnly', false);
  const batchSize = fields.optionalDocument('cursor')?.batchSize;
  fields.ignore('listCollections', 'authorizedCollections');
  fields.rejectUnknown();
  checkDatabaseName(database);
  const found = engine.catalog
    .collections(database)
    .map(describe)
    .filter((description) => filter.matches(description))
    .map((description) =>
      encode(nameOnly ? { name: description.name, type: description.type } : description),
    );
  return answerFirstBatch(context, `${database}.$cmd.listCollections`, found[Symbol.iterator](), {
    batchSize: typeof batchSize === 'number' ? batchSize : undefined,
  });
}

export function listDatabases({ arguments: fields, database, engine }: CommandContext): Document {
  const filter = compileFilter(fields.optionalDocument('filter') ?? {});
  const nameOnly = fields.boolean('nameOnly', false);
  fields.ignore('listDatabases', 'authorizedDatabases');
  fields.rejectUnknown();
  assertAdmin(database, 'listDatabases');
  const { catalog } = engine;
  const sizes = catalog.databaseNames.map((name) => ({
    name,
    sizeOnDisk: sizeOf(catalog.collections(name)),
  }));
  const databases = sizes
    .map(({ name, sizeOnDisk }): Document => ({ name, sizeOnDisk, empty: false }))
    .filter((description) => filter.matches(description));
  if (nameOnly) return { databases: databases.map(({ name }) => ({ name })), ok: 1 };
  const totalSize = databases.reduce((sum, { sizeOnDisk }) => sum + Number(sizeOnDisk), 0);
  return { databases, totalSize, totalSizeMb: Math.floor(totalSize / 2 ** 20), ok: 1 };
}

/** Validator options, checked; shared with `collMod`. */
export function readValidation(fields: Arguments): Document {
  const validator = fields.optionalDocument('validator');
  const validationLevel = fields.optionalString('validationLevel');
  const validationAction = fields.optionalString('validationAction');
  if (validationLevel !== undefined && !['off', 'moderate', 'strict'].includes(validationLevel))
    throw new CommandError(
      'BadValue',
      `Enumeration value '${validationLevel}' for field 'validationLevel' is not a valid value.`,
    );
  if (validationAction !== undefined && !['error', 'warn'].includes(validationAction))
    throw new CommandError(
      'BadValue',
      `Enumeration value '${validationAction}' for field 'validationAction' is not a valid value.`,
    );
  const options = {
    ...(validator && { validator }),
    ...(validationLevel && { validationLevel }),
    ...(validationAction && { validationAction }),
  };
  // A rule that cannot be compiled must not get into the catalog.
  new Validator(options);
  return options;
}

function describe({ record }: Collection): Document {
  return {
    name: record.name,
    type: 'collection',
    options: record.options,
    info: { readOnly: false, uuid: record.uuid },
    idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
  };
}

function sizeOf(collections: readonly Collection[]): number {
  return collections.reduce(
    (total, { statistics, indexes }) =>
      indexes.reduce((sum, { id }) => sum + statistics.index(id).bytes, total + statistics.size),
    0,
  );
}

function splitNamespace(namespace: string): { database: string; collection: string } {
  const dot = namespace.indexOf('.');
  const database = namespace.slice(0, Math.max(dot, 0));
  const collection = namespace.slice(dot + 1);
  checkNamespace(database, collection);
  return { database, collection };
}

function assertAdmin(database: string, command: string): void {
  if (database !== 'admin')
    throw new CommandError('Unauthorized', `${command} may only be run against the admin database.`);
}
