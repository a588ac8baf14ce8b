import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { Database, type StoredDocument } from '../../platform/database/database.service.js';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { type Caller } from '../../platform/security/caller.js';
import { RowRules, type RuleAction } from '../../platform/security/rules/row-rules.service.js';
import { DocumentInserter } from './document-inserter.service.js';
import { isServerField, isServerTime, stampInserted, stampPatched } from './document-stamp.js';
import type { FindParametersDto } from './dto/parameters.dto.js';
import type { NewDocuments } from './new-documents.pipe.js';
import { QueryParameters } from './query-parameters.service.js';
import { readAll } from './read-all.js';

/**
 * Documents of the current project. Everything that callers write goes through the {@link QueryGuard}, and what they
 * reach is for {@link RowRules} to say.
 */
@Injectable()
export class StorageService {
  /** Bounds every operation on the side of the database, in milliseconds. */
  private readonly time: { maxTimeMS: number };

  constructor(
    private readonly database: Database,
    private readonly guard: QueryGuard,
    private readonly rules: RowRules,
    private readonly parameters: QueryParameters,
    private readonly inserter: DocumentInserter,
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
    const asked = query === undefined ? {} : this.parameters.filter(query);
    const filter = await this.within(caller, collection, 'list', asked);
    const most = this.parameters.limit(limit);
    const options: mongo.FindOptions = {
      ...this.time,
      projection: this.parameters.projection(keys),
      sort: this.parameters.sort(sort),
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
    return { documents, total };
  }

  /** @throws CoglexError `not_found` */
  async findOne(
    caller: Caller,
    collection: string,
    id: string,
    keys: string | undefined,
  ): Promise<StoredDocument> {
    const projection = this.parameters.projection(keys);
    const filter = await this.within(caller, collection, 'view', { _id: id });
    const document = await this.database.collection(collection).findOne(filter, { ...this.time, projection });
    return document ?? noSuchDocument();
  }

  /** @returns the ids of the documents, in their order */
  async insert(caller: Caller, collection: string, { documents, placeOf }: NewDocuments): Promise<string[]> {
    await this.within(caller, collection, 'create', {});
    const { STORAGE_MAX_INSERT: most } = this.config;
    if (documents.length === 0 || documents.length > most)
      throw new CoglexError('validation_failed', {
        detail: `Between 1 and ${most} documents can be inserted at once, not ${documents.length}.`,
      });
    const now = new Date();
    const stamped = documents.map((document, index) => {
      const place = placeOf(index);
      return stampInserted(this.guard.document(document, place, isServerTime), place, now);
    });
    await this.inserter.insert(collection, stamped);
    return stamped.map(({ _id }) => _id);
  }

  /** @throws CoglexError `not_found` */
  async updateOne(
    caller: Caller,
    collection: string,
    id: string,
    document: unknown,
  ): Promise<mongo.UpdateResult> {
    const filter = await this.within(caller, collection, 'update', { _id: id });
    const update = this.guard.update(document, '/document', { protects: isServerField });
    const result = await this.database
      .collection(collection)
      .updateOne(filter, stampPatched(update, new Date()), this.time);
    return result.matchedCount === 0 ? noSuchDocument() : result;
  }

  /** @param query a parsed query; `undefined` is refused, for it was probably forgotten */
  async updateMany(
    caller: Caller,
    collection: string,
    query: unknown,
    document: unknown,
  ): Promise<mongo.UpdateResult> {
    if (query === undefined) return queryRequired();
    const asked = this.guard.filter(query, '/query');
    const filter = await this.within(caller, collection, 'update', asked);
    const update = this.guard.update(document, '/document', { protects: isServerField, matched: true });
    return this.database
      .collection(collection)
      .updateMany(filter, stampPatched(update, new Date()), this.time);
  }

  /** @throws CoglexError `not_found` */
  async deleteOne(caller: Caller, collection: string, id: string): Promise<number> {
    const filter = await this.within(caller, collection, 'delete', { _id: id });
    const { deletedCount } = await this.database.collection(collection).deleteOne(filter, this.time);
    return deletedCount === 0 ? noSuchDocument() : deletedCount;
  }

  /** @param query parsed (from the body), or as text (from the parameter), but not both */
  async deleteMany(
    caller: Caller,
    collection: string,
    query: { parsed?: unknown; text?: string },
  ): Promise<number> {
    const { parsed, text } = query;
    if (parsed !== undefined && text !== undefined)
      throw new CoglexError('validation_failed', {
        detail: 'Send the query in the body or in the URL, not in both.',
      });
    if (parsed === undefined && text === undefined) return queryRequired();
    const asked = text === undefined ? this.guard.filter(parsed, '/query') : this.parameters.filter(text);
    const filter = await this.within(caller, collection, 'delete', asked);
    const { deletedCount } = await this.database.collection(collection).deleteMany(filter, this.time);
    return deletedCount;
  }

  /** @throws CoglexError `result_too_large` */
  async aggregate(caller: Caller, collection: string, pipeline: unknown): Promise<mongo.Document[]> {
    await this.within(caller, collection, 'aggregate', {});
    const stages = this.guard.pipeline(pipeline, '/pipeline');
    const { STORAGE_MAX_LIMIT: most } = this.config;
    const cursor = this.database
      .collection(collection)
      .aggregate([...stages, { $limit: most + 1 }], { ...this.time, batchSize: most + 2 });
    const documents = await readAll(cursor);
    if (documents.length > most)
      throw new CoglexError('result_too_large', {
        detail: `The result has more than ${most} documents. End the pipeline with a $limit.`,
      });
    return documents;
  }

  /**
   * What the caller asked for, as far as it is within reach.
   *
   * @throws CoglexError `not_found` when no rule opens the collection for this
   */
  private async within(
    caller: Caller,
    collection: string,
    action: RuleAction,
    asked: mongo.Filter<StoredDocument>,
  ): Promise<mongo.Filter<StoredDocument>> {
    const reach = await this.rules.reach(caller, collection, action);
    if (reach.kind === 'none') return noSuchDocument();
    return reach.kind === 'all' ? asked : { $and: [reach.filter, asked] };
  }
}

function noSuchDocument(): never {
  throw new CoglexError('not_found', { detail: 'There is no such document.' });
}

function queryRequired(): never {
  throw new CoglexError('query_required', {
    detail: 'Say which documents are meant with a query; {} means all of them.',
    errors: [{ field: '/query', message: 'query is required' }],
  });
}
