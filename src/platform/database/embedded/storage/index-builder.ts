import type { Operation } from '../cursors/operation.js';
import { CommandError } from '../errors.js';
import type { Document } from '../types.js';
import type { Catalog } from './catalog.js';
import type { IndexOptions } from './catalog-records.js';
import type { Collection } from './collection.js';
import type { CollectionIndex } from './collection-index.js';
import type { Reclaimer } from './reclaimer.js';
import type { Row } from './row.js';
import { scanRecords } from './scan.js';
import { TICK } from '../types.js';

/** Documents that are indexed in one transaction. */
const CHUNK = 64;

/** An index to be built. */
export interface IndexRequest {
  name: string;
  key: Document;
  options: IndexOptions;
}

/**
 * Builds indexes while others read and write. Writers keep a new index up to date from its first moment on, and the
 * builder adds what was there before; entries that both come to are the same. It counts for queries and for
 * uniqueness once it is complete. A build that fails, or that a crash interrupts, leaves nothing.
 */
export class IndexBuilder {
  private readonly running = new Map<Collection, Promise<void>>();

  constructor(
    private readonly catalog: Catalog,
    private readonly reclaimer: Reclaimer,
  ) {}

  /** Resolves when no index of the collection is being built; whether one failed is not told. */
  async idle(collection: Collection): Promise<void> {
    for (let build = this.running.get(collection); build; build = this.running.get(collection))
      await build.catch(() => undefined);
  }

  /** @throws CommandError DuplicateKey when documents are not unique, CannotIndexParallelArrays, … */
  build(collection: Collection, requests: readonly IndexRequest[], operation: Operation): Promise<void> {
    const build = this.run(collection, requests, operation).finally(() => this.running.delete(collection));
    this.running.set(collection, build);
    return build;
  }

  private async run(
    collection: Collection,
    requests: readonly IndexRequest[],
    operation: Operation,
  ): Promise<void> {
    const isEmpty = collection.statistics.count === 0;
    const indexes = this.catalog.environment.transaction(() =>
      requests.map(({ name, key, options }) =>
        this.catalog.addIndex(collection, name, key, options, isEmpty ? 'ready' : 'building'),
      ),
    );
    if (isEmpty) return;
    try {
      await this.fill(collection, indexes, operation);
      this.catalog.environment.transaction(() => {
        for (const index of indexes) this.catalog.changeIndex(collection, index, { state: 'ready' });
      });
    } catch (error) {
      this.discard(collection, indexes);
      throw error;
    }
  }

  private async fill(
    collection: Collection,
    indexes: readonly CollectionIndex[],
    operation: Operation,
  ): Promise<void> {
    let chunk: Row[] = [];
    for (const row of scanRecords(collection, 1)) {
      if (row !== TICK) chunk.push(row);
      if (chunk.length < CHUNK && row !== TICK) continue;
      await this.fillChunk(collection, indexes, chunk, operation);
      chunk = [];
    }
    await this.fillChunk(collection, indexes, chunk, operation);
  }

  private async fillChunk(
    collection: Collection,
    indexes: readonly CollectionIndex[],
    chunk: readonly Row[],
    operation: Operation,
  ): Promise<void> {
    await collection.environment.backlog;
    const pause = operation.pause();
    if (pause) await pause;
    collection.environment.transaction(() => {
      for (const { id } of chunk) {
        // As it is now: since the scan it may have been changed or deleted.
        const row = collection.read(id);
        if (row) for (const index of indexes) collection.fill(index, row);
      }
    });
    this.assertBuilding(collection, indexes);
  }

  /** @throws CommandError when a duplicate was met, or the index or its collection dropped */
  private assertBuilding(collection: Collection, indexes: readonly CollectionIndex[]): void {
    for (const index of indexes) {
      if (index.failure) throw index.failure;
      if (collection.isDropped || !collection.indexes.includes(index))
        throw new CommandError(
          'Interrupted',
          `index build of '${index.name}' was aborted: it has been dropped`,
        );
    }
  }

  private discard(collection: Collection, indexes: readonly CollectionIndex[]): void {
    const left = indexes.filter((index) => collection.indexes.includes(index));
    if (collection.isDropped || left.length === 0) return;
    this.catalog.dropIndexes(collection, left);
    this.reclaimer.wake();
  }
}
