import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { Database, type StoredDocument } from '../../platform/database/database.service.js';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import type { Plain } from '../../platform/database/query/walk.js';
import type { CollectionEncryption } from '../../platform/encryption/collection-encryption.js';
import { FieldEncryption } from '../../platform/encryption/field-encryption.service.js';
import { sealedPipeline, type SealedPipeline } from '../../platform/encryption/pipelines.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import {
  GovernedPipelines,
  joinedCollections,
} from '../../platform/security/rules/governed-pipelines.service.js';
import type { FindParametersDto } from './dto/parameters.dto.js';
import { QueryParameters } from './query-parameters.service.js';
import { readAll } from './read-all.js';
import { closed, RowAccess } from './row-access.service.js';

/**
 * Reads and deletes documents of the current project. Everything that callers write goes through the
 * {@link QueryGuard}, and what they reach is for {@link RowAccess} to say.
 */
@Injectable()
export class StorageService {
  /** Bounds every operation on the side of the database, in milliseconds. */
  private readonly time: { maxTimeMS: number };

  constructor(
    private readonly database: Database,
    private readonly guard: QueryGuard,
    private readonly access: RowAccess,
    private readonly pipelines: GovernedPipelines,
    private readonly parameters: QueryParameters,
    private readonly encryption: FieldEncryption,
    private readonly config: Config,
  ) {
    this.time = { maxTimeMS: config.MONGODB_MAX_TIME_MS };
  }

  /** @returns the documents of one page, and with `count` how many match in all */
  async find(
    caller: Caller,
    collection: string,
    { query, keys, sort, limit, skip, count }: FindParametersDto,
  ): Promise<{ documents: StoredDocument[]; total?: number }> {
    const { hidden, within } = await this.access.of(caller, collection, 'list');
    const asked = within(query === undefined ? {} : this.parameters.filter(query, hidden));
    const most = this.parameters.limit(limit);
    const encryption = await this.encryption.of(collection);
    const filter = encryption?.filter(asked) ?? asked;
    const chosen = sealedProjection(this.parameters.projection(keys, hidden), encryption);
    const order = this.parameters.sort(sort, hidden);
    encryption?.checkSort(order);
    const options: mongo.FindOptions = {
      ...this.time,
      projection: chosen.projection,
      sort: order,
      skip,
      limit: most,
      // One more than the limit: the server then knows at once that nothing follows.
      batchSize: most + 1,
    };
    const target = this.database.collection(collection);
    const [documents, total] = await Promise.all([
      readAll(target.find(filter, options)),
      count ? target.countDocuments(filter, this.time) : undefined,
    ]);
    return { documents: documents.map((document) => chosen.open(hidden.strip(document))), total };
  }

  /** @throws CoglexError `not_found` */
  async findOne(
    caller: Caller,
    collection: string,
    id: string,
    keys: string | undefined,
  ): Promise<StoredDocument> {
    const { hidden, within } = await this.access.of(caller, collection, 'view');
    const encryption = await this.encryption.of(collection);
    const { projection, open } = sealedProjection(this.parameters.projection(keys, hidden), encryption);
    const filter = within({ _id: id });
    const document = await this.database
      .collection(collection)
      .findOne(encryption?.filter(filter) ?? filter, { ...this.time, projection });
    return document ? open(hidden.strip(document)) : closed();
  }

  /** @throws CoglexError `not_found` */
  async deleteOne(caller: Caller, collection: string, id: string): Promise<number> {
    const { within } = await this.access.of(caller, collection, 'delete');
    const filter = await this.stored(collection, within({ _id: id }));
    const { deletedCount } = await this.database.collection(collection).deleteOne(filter, this.time);
    return deletedCount === 0 ? closed() : deletedCount;
  }

  /** @param query parsed (from the body), or as text (from the parameter), but not both */
  async deleteMany(
    caller: Caller,
    collection: string,
    { parsed, text }: { parsed?: unknown; text?: string },
  ): Promise<number> {
    if (parsed !== undefined && text !== undefined)
      throw new CoglexError('validation_failed', {
        detail: 'Send the query in the body or in the URL, not in both.',
      });
    if (parsed === undefined && text === undefined) return queryRequired();
    const { hidden, within } = await this.access.of(caller, collection, 'delete');
    const asked =
      text === undefined
        ? this.parameters.parsedFilter(parsed, hidden)
        : this.parameters.filter(text, hidden);
    const filter = await this.stored(collection, within(asked));
    const { deletedCount } = await this.database.collection(collection).deleteMany(filter, this.time);
    return deletedCount;
  }

  /** @throws CoglexError `result_too_large` */
  async aggregate(caller: Caller, collection: string, pipeline: unknown): Promise<mongo.Document[]> {
    const stages = await this.governed(caller, collection, pipeline);
    const { STORAGE_MAX_LIMIT: most } = this.config;
    const sealed = await this.sealed(collection, stages);
    const cursor = this.database
      .collection(collection)
      .aggregate([...sealed.stages, { $limit: most + 1 }], { ...this.time, batchSize: most + 2 });
    const documents = await readAll(cursor);
    if (documents.length > most)
      throw new CoglexError('result_too_large', {
        detail: `The result has more than ${most} documents. End the pipeline with a $limit.`,
      });
    return documents.map(sealed.open);
  }

  /** A filter as it is asked of the database. */
  private async stored(
    collection: string,
    filter: mongo.Filter<StoredDocument>,
  ): Promise<mongo.Filter<StoredDocument>> {
    return (await this.encryption.of(collection))?.filter(filter) ?? filter;
  }

  /** A pipeline over what is encrypted in any of the collections that it reads. */
  private async sealed(collection: string, stages: Plain[]): Promise<SealedPipeline> {
    const encryptions = new Map<string, CollectionEncryption>();
    for (const name of [collection, ...joinedCollections(stages)]) {
      const encryption = await this.encryption.of(name);
      if (encryption) encryptions.set(name, encryption);
    }
    if (encryptions.size === 0) return { stages, open: (document) => document };
    return sealedPipeline(collection, stages, encryptions);
  }

  /** The pipeline as it is run; a collection that the caller may not join answers as one that does not exist. */
  private async governed(caller: Caller, collection: string, pipeline: unknown): Promise<Plain[]> {
    const stages = this.guard.pipeline(pipeline, '/pipeline');
    const shut = await this.pipelines.closed(caller, stages);
    if (shut.size > 0) this.guard.pipeline(pipeline, '/pipeline', shut);
    return (await this.pipelines.govern(caller, collection, stages)) ?? closed();
  }
}

/** A projection as it is asked of the database, and what makes an answer of a document that it gave. */
function sealedProjection(asked: Plain | undefined, encryption: CollectionEncryption | undefined) {
  if (!encryption) return { projection: asked, open: (document: StoredDocument) => document };
  const { projection, dropsId } = encryption.projection(asked);
  const open = (document: StoredDocument) => {
    const opened = encryption.open(document);
    if (!dropsId) return opened;
    const { _id: _, ...rest } = opened;
    return rest as StoredDocument;
  };
  return { projection, open };
}

/** Throws CoglexError `query_required`. */
export function queryRequired(): never {
  throw new CoglexError('query_required', {
    detail: 'Say which documents are meant with a query; {} means all of them.',
    errors: [{ field: '/query', message: 'query is required' }],
  });
}
