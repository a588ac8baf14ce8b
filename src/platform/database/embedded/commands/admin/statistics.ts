import { CommandError } from '../../errors.js';
import type { Collection } from '../../storage/collection.js';
import type { Document } from '../../types.js';
import type { CommandContext } from '../context.js';
import { checkNamespace } from '../namespaces.js';

/** `collStats` in bytes divided by `scale`; a collection that does not exist has zeros. */
export function collectionStatistics(
  collection: Collection | undefined,
  ns: string,
  scale: number,
): Document {
  if (!collection)
    return { ns, size: 0, count: 0, storageSize: 0, nindexes: 0, totalIndexSize: 0, indexSizes: {} };
  const { statistics, indexes } = collection;
  const scaled = (bytes: number): number => Math.floor(bytes / scale);
  const indexSizes = Object.fromEntries(
    indexes.map((index) => [index.name, scaled(statistics.index(index.id).bytes)]),
  );
  const totalIndexSize = Object.values(indexSizes).reduce((sum, size) => sum + size, 0);
  return {
    ns,
    size: scaled(statistics.size),
    count: statistics.count,
    ...(statistics.count > 0 && { avgObjSize: Math.floor(statistics.size / statistics.count) }),
    numOrphanDocs: 0,
    storageSize: scaled(statistics.size),
    freeStorageSize: 0,
    capped: false,
    nindexes: indexes.filter((index) => index.record.state === 'ready').length,
    indexBuilds: indexes.filter((index) => index.record.state === 'building').map((index) => index.name),
    totalIndexSize,
    totalSize: scaled(statistics.size) + totalIndexSize,
    indexSizes,
    scaleFactor: scale,
  };
}

/** What `$indexStats` gives. */
export function indexStatistics(collection: Collection | undefined): Document[] {
  return (collection?.indexes ?? [])
    .filter((index) => index.record.state === 'ready')
    .map((index) => ({
      name: index.name,
      key: index.record.key,
      accesses: { ops: BigInt(index.uses), since: index.since },
    }));
}

export function collStats({ arguments: fields, database, engine }: CommandContext): Document {
  const name = fields.any('collStats') ?? fields.any('collstats');
  const scale = readScale(fields.optionalInteger('scale'));
  fields.rejectUnknown();
  const namespace = checkNamespace(database, name);
  return { ...collectionStatistics(engine.catalog.find(database, String(name)), namespace, scale), ok: 1 };
}

export function dbStats({ arguments: fields, database, engine }: CommandContext): Document {
  fields.ignore('dbStats', 'dbstats', 'freeStorage');
  const scale = readScale(fields.optionalInteger('scale'));
  fields.rejectUnknown();
  const collections = engine.catalog.collections(database);
  const sum = (of: (collection: Collection) => number): number =>
    collections.reduce((total, collection) => total + of(collection), 0);
  const objects = sum(({ statistics }) => statistics.count);
  const dataSize = sum(({ statistics }) => statistics.size);
  const indexSize = sum(({ statistics, indexes }) =>
    indexes.reduce((total, { id }) => total + statistics.index(id).bytes, 0),
  );
  return {
    db: database,
    collections: collections.length,
    views: 0,
    objects,
    avgObjSize: objects > 0 ? dataSize / objects : 0,
    dataSize: dataSize / scale,
    storageSize: dataSize / scale,
    indexes: sum(({ indexes }) => indexes.length),
    indexSize: indexSize / scale,
    totalSize: (dataSize + indexSize) / scale,
    scaleFactor: scale,
    ok: 1,
  };
}

function readScale(scale = 1): number {
  if (scale < 1) throw new CommandError('BadValue', 'scale has to be greater than 0');
  return scale;
}
