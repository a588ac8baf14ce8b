import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '../bson/codec.js';
import { silentLogger } from '../logger.js';
import { Catalog } from '../storage/catalog.js';
import type { IndexOptions } from '../storage/catalog-records.js';
import type { Collection } from '../storage/collection.js';
import { Environment } from '../storage/environment.js';
import type { Document } from '../types.js';

/** Storage without a server, in a directory of a test's own. */
export class TemporaryCatalog {
  private constructor(
    private readonly directory: string,
    readonly catalog: Catalog,
  ) {}

  static async open(): Promise<TemporaryCatalog> {
    const directory = mkdtempSync(join(tmpdir(), 'catalog-'));
    return new TemporaryCatalog(directory, Catalog.load(await Environment.open(directory, silentLogger)));
  }

  /** A collection with indexes, given as their keys, and documents. */
  fill(
    name: string,
    indexes: readonly { key: Document; options?: IndexOptions }[],
    documents: readonly Document[],
  ): Collection {
    const { catalog } = this;
    return catalog.environment.transaction(() => {
      const collection = catalog.create('test', name);
      for (const { key, options = {} } of indexes)
        catalog.addIndex(collection, JSON.stringify([key, options]), key, options, 'ready');
      for (const document of documents) collection.insert(document, encode(document));
      return collection;
    });
  }

  async remove(): Promise<void> {
    await this.catalog.environment.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
