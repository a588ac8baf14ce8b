import { randomUUID } from 'node:crypto';
import { UUID } from 'bson';
import { decode, encode } from '../bson/codec.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import type {
  CatalogRecord,
  CollectionRecord,
  FormatRecord,
  IndexOptions,
  IndexRecord,
  ReclaimRecord,
} from './catalog-records.js';
import { Collection, ID_INDEX } from './collection.js';
import { CollectionIndex } from './collection-index.js';
import type { Environment } from './environment.js';
import { checkFormat, newFormat } from './format.js';
import { numberKey } from './keys.js';
import { openRecord, sealRecord } from './records.js';

/** Number of the format record; all others have one that was given out. */
const FORMAT = 0;
const LAST_NUMBER = 2 ** 32 - 1;

/** Databases, collections and indexes: kept in memory, each change stored in its own transaction. */
export class Catalog {
  private readonly databases = new Map<string, Map<string, Collection>>();
  /** What has been dropped and still has to be removed. */
  readonly reclaims: ReclaimRecord[] = [];
  private readonly save = (collection: Collection): void => this.put(collection.record);

  private constructor(
    readonly environment: Environment,
    private readonly format: FormatRecord,
  ) {}

  /**
   * @throws CommandError when the directory was written by a newer version, or its catalog is damaged
   */
  static load(environment: Environment): Catalog {
    const everything = { start: numberKey(FORMAT), end: numberKey(LAST_NUMBER), inclusiveEnd: true };
    const records = Array.from(environment.trees.catalog.getRange(everything), ({ value }) => parse(value));
    const format = records.find((record) => record.kind === 'format');
    if (format) checkFormat(format, environment.directory);
    const catalog = new Catalog(environment, format ?? newFormat());
    if (!format) environment.transaction(() => catalog.putFormat());
    for (const record of records) {
      if (record.kind === 'collection') catalog.register(record);
      else if (record.kind === 'reclaim') catalog.reclaims.push(record);
    }
    catalog.discardUnfinished();
    return catalog;
  }

  get databaseNames(): string[] {
    return [...this.databases.keys()].sort();
  }

  /** Collections of a database in the order of their names. */
  collections(database: string): Collection[] {
    const collections = [...(this.databases.get(database)?.values() ?? [])];
    return collections.sort((a, b) => (a.record.name < b.record.name ? -1 : 1));
  }

  find(database: string, name: string): Collection | undefined {
    return this.databases.get(database)?.get(name);
  }

  /** @throws CommandError NamespaceExists when a database's name differs in case alone */
  create(database: string, name: string, options: Document = {}): Collection {
    const twin = this.databaseNames.find((other) => other.toLowerCase() === database.toLowerCase());
    if (twin !== undefined && twin !== database)
      throw new CommandError(
        'DatabaseDifferCase',
        `db already exists with different case already have: [${twin}]`,
      );
    return this.environment.transaction(() => {
      const record: CollectionRecord = {
        kind: 'collection',
        id: this.takeNumber(),
        database,
        name,
        uuid: new UUID(randomUUID()).toBinary(),
        options,
        indexes: [
          {
            id: this.takeNumber(),
            name: ID_INDEX,
            key: { _id: 1 },
            options: { unique: true },
            state: 'ready',
          },
        ],
      };
      this.put(record);
      const collection = this.register(record);
      this.environment.onRollback(() => this.forget(collection));
      return collection;
    });
  }

  drop(collection: Collection): void {
    this.environment.transaction(() => {
      this.reclaim({ records: collection.record.id, indexes: collection.record.indexes.map(({ id }) => id) });
      this.environment.trees.catalog.removeSync(numberKey(collection.record.id));
      this.environment.trees.statistics.removeSync(numberKey(collection.record.id));
      collection.isDropped = true;
      this.forget(collection);
      this.environment.onRollback(() => {
        collection.isDropped = false;
        this.remember(collection);
      });
    }, 'remove');
  }

  rename(collection: Collection, database: string, name: string): void {
    this.environment.transaction(() => {
      const { record } = collection;
      const before = { database: record.database, name: record.name };
      this.forget(collection);
      Object.assign(record, { database, name });
      this.remember(collection);
      this.environment.onRollback(() => {
        this.forget(collection);
        Object.assign(record, before);
        this.remember(collection);
      });
      this.put(record);
    });
  }

  /** Replaces a collection's options, such as its validator. */
  changeOptions(collection: Collection, options: Document): void {
    this.environment.transaction(() => {
      const { record } = collection;
      const before = record.options;
      record.options = options;
      this.environment.onRollback(() => (record.options = before));
      this.put(record);
    });
  }

  /** Registers an index that is still empty. */
  addIndex(
    collection: Collection,
    name: string,
    key: Document,
    options: IndexOptions,
    state: IndexRecord['state'],
  ): CollectionIndex {
    return this.environment.transaction(() => {
      const index = new CollectionIndex({ id: this.takeNumber(), name, key, options, state });
      this.setIndexes(collection, [...collection.indexes, index]);
      return index;
    });
  }

  dropIndexes(collection: Collection, dropped: readonly CollectionIndex[]): void {
    this.environment.transaction(() => {
      this.setIndexes(
        collection,
        collection.indexes.filter((index) => !dropped.includes(index)),
      );
      for (const index of dropped) collection.statistics.dropIndex(index.id);
      this.reclaim({ indexes: dropped.map(({ id }) => id) });
    }, 'remove');
  }

  /** Stores a change of an index's record, such as its being ready. */
  changeIndex(collection: Collection, index: CollectionIndex, change: Partial<IndexRecord>): void {
    this.environment.transaction(() => {
      const before = { ...index.record };
      Object.assign(index.record, change);
      this.environment.onRollback(() => Object.assign(index.record, before));
      this.put(collection.record);
    });
  }

  /** Forgets a reclaim record once there is nothing left of what it names. */
  reclaimed(record: ReclaimRecord): void {
    this.environment.transaction(() => {
      this.environment.trees.catalog.removeSync(numberKey(record.id));
    }, 'remove');
    this.reclaims.splice(this.reclaims.indexOf(record), 1);
  }

  private setIndexes(collection: Collection, indexes: CollectionIndex[]): void {
    const before = collection.indexes;
    const set = (to: CollectionIndex[]): void => {
      collection.indexes = to;
      collection.record.indexes = to.map((index) => index.record);
    };
    set(indexes);
    this.environment.onRollback(() => set(before));
    this.put(collection.record);
  }

  private reclaim(what: Omit<ReclaimRecord, 'kind' | 'id'>): void {
    const record: ReclaimRecord = { kind: 'reclaim', id: this.takeNumber(), ...what };
    this.put(record);
    this.reclaims.push(record);
    this.environment.onRollback(() => this.reclaims.splice(this.reclaims.indexOf(record), 1));
  }

  /** Index builds and temporary collections that a crash has interrupted never were there. */
  private discardUnfinished(): void {
    for (const database of this.databaseNames)
      for (const collection of this.collections(database)) {
        const unfinished = collection.indexes.filter((index) => index.record.state === 'building');
        if (unfinished.length > 0) this.dropIndexes(collection, unfinished);
        if (collection.record.options.temp === true) this.drop(collection);
      }
  }

  private register(record: CollectionRecord): Collection {
    const collection = new Collection(this.environment, record, this.save);
    this.remember(collection);
    return collection;
  }

  private remember(collection: Collection): void {
    const { database, name } = collection.record;
    const collections = this.databases.get(database) ?? new Map<string, Collection>();
    this.databases.set(database, collections.set(name, collection));
  }

  private forget(collection: Collection): void {
    const { database, name } = collection.record;
    const collections = this.databases.get(database);
    collections?.delete(name);
    if (collections?.size === 0) this.databases.delete(database);
  }

  private takeNumber(): number {
    const number = this.format.next++;
    this.environment.onRollback(() => (this.format.next = number));
    this.putFormat();
    return number;
  }

  private putFormat(): void {
    this.environment.trees.catalog.putSync(numberKey(FORMAT), sealRecord(encode({ ...this.format })));
  }

  private put(record: CollectionRecord | ReclaimRecord): void {
    this.environment.trees.catalog.putSync(numberKey(record.id), sealRecord(encode({ ...record })));
  }
}

function parse(value: Buffer): CatalogRecord {
  const bytes = openRecord(value);
  if (!bytes)
    throw new CommandError('DataCorruptionDetected', 'The catalog of the data directory is damaged');
  return decode(bytes) as CatalogRecord & Document;
}
