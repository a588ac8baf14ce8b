import { randomUUID } from 'node:crypto';
import type { CollectionReplacement, MergeTarget, PipelineWriter } from '../../aggregation/context.js';
import { TICK, type Document } from '../../types.js';
import { compileFilter } from '../../query/filter.js';
import { prepareQuery } from '../../planner/execute.js';
import { MemoryBudget } from '../../planner/memory-budget.js';
import type { Catalog } from '../../storage/catalog.js';
import type { Collection } from '../../storage/collection.js';
import type { Row } from '../../storage/row.js';
import type { CommandContext } from '../context.js';
import { checkNamespace, checkWritable } from '../namespaces.js';
import { encodeStored, fromDocument } from './document-input.js';

/** Documents of `$out` that are written in one transaction. */
const CHUNK = 64;

/** How `$out` and `$merge` write. */
export function pipelineWriter({ engine, now }: CommandContext): PipelineWriter {
  const { catalog } = engine;
  return {
    replace(database, collection) {
      checkWritable(checkNamespace(database, collection), collection);
      return new Replacement(catalog, database, collection, () => engine.reclaimer.wake());
    },
    merge(database, collection) {
      checkWritable(checkNamespace(database, collection), collection);
      return new Merge(catalog, database, collection, now, engine.maxMemoryPerQuery);
    },
  };
}

/** Fills a temporary collection, which takes the place of the target in one transaction. */
class Replacement implements CollectionReplacement {
  private readonly temporary: Collection;
  private chunk: Document[] = [];

  constructor(
    private readonly catalog: Catalog,
    private readonly database: string,
    private readonly name: string,
    private readonly reclaim: () => void,
  ) {
    const target = catalog.find(database, name);
    this.temporary = catalog.environment.transaction(() => {
      const temporary = catalog.create(database, `tmp.agg_out.${randomUUID()}`, { temp: true });
      for (const { record } of target?.indexes.slice(1) ?? [])
        catalog.addIndex(temporary, record.name, record.key, record.options, 'ready');
      return temporary;
    });
  }

  add(document: Document): void {
    this.chunk.push(document);
    if (this.chunk.length >= CHUNK) this.flush();
  }

  commit(): void {
    this.flush();
    const { catalog, database, name, temporary } = this;
    catalog.environment.transaction(() => {
      const target = catalog.find(database, name);
      const options = target?.record.options ?? {};
      if (target) catalog.drop(target);
      catalog.changeOptions(temporary, options);
      catalog.rename(temporary, database, name);
    });
    this.reclaim();
  }

  abort(): void {
    if (this.temporary.isDropped) return;
    this.catalog.drop(this.temporary);
    this.reclaim();
  }

  private flush(): void {
    const validator = this.catalog.find(this.database, this.name)?.validator;
    this.catalog.environment.transaction(() => {
      for (const added of this.chunk) {
        const { document, bytes } = fromDocument(added);
        validator?.check(document);
        this.temporary.insert(document, bytes);
      }
    });
    this.chunk = [];
  }
}

class Merge implements MergeTarget {
  constructor(
    private readonly catalog: Catalog,
    private readonly database: string,
    private readonly name: string,
    private readonly now: Date,
    private readonly maxMemory: number,
  ) {}

  hasUniqueIndex(fields: readonly string[]): boolean {
    if (fields.length === 1 && fields[0] === '_id') return true;
    const indexes = this.catalog.find(this.database, this.name)?.indexes ?? [];
    return indexes.some(
      (index) =>
        index.isUnique &&
        index.isUsable &&
        !index.partial &&
        !index.record.options.sparse &&
        index.fields.length === fields.length &&
        fields.every((field) => index.fields.includes(field)),
    );
  }

  insert(added: Document): void {
    const { document, bytes } = fromDocument(added);
    this.catalog.environment.transaction(() => {
      const collection = this.collection ?? this.catalog.create(this.database, this.name);
      collection.validator.check(document);
      collection.insert(document, bytes);
    });
  }

  update(filter: Document, change: (existing: Document) => Document | undefined): boolean {
    const { collection } = this;
    const row = collection && this.findRow(collection, filter);
    if (!collection || !row) return false;
    const after = change(row.document);
    if (after && after !== row.document) {
      collection.validator.check(after, row.document);
      collection.replace(row, after, encodeStored(after));
    }
    return true;
  }

  private get collection(): Collection | undefined {
    return this.catalog.find(this.database, this.name);
  }

  private findRow(collection: Collection, filter: Document): Row | undefined {
    const compiled = compileFilter(filter, { now: this.now });
    const memory = new MemoryBudget(this.maxMemory);
    const { rows } = prepareQuery(collection, { filter, skip: 0, limit: 1 }, compiled, memory);
    for (const row of rows()) if (row !== TICK) return row;
    return undefined;
  }
}
