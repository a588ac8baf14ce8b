import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { Database, type StoredDocument } from '../../platform/database/database.service.js';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import type { Plain } from '../../platform/database/query/walk.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import { GovernedPipelines } from '../../platform/security/rules/governed-pipelines.service.js';
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
    const filter = within(query === undefined ? {} : this.parameters.filter(query, hidden));
    const most = this.parameters.limit(limit);
    const options: mongo.FindOptions = {
      ...this.time,
      projection: this.parameters.projection(keys, hidden),
      sort: this.parameters.sort(sort, hidden),
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
    for (const document of documents) hidden.strip(document);
    return { documents, total };
  }

  /** @throws CoglexError `not_found` */
  async findOne(
    caller: Caller,
    collection: string,
    id: string,
    keys: string | undefined,
  ): Promise<StoredDocument> {
    const { hidden, within } = await this.access.of(caller, collection, 'view');
    const projection = this.parameters.projection(keys, hidden);
    const document = await this.database
      .collection(collection)
      .findOne(within({ _id: id }), { ...this.time, projection });
    return document ? hidden.strip(document) : closed();
  }

  /** @throws CoglexError `not_found` */
  async deleteOne(caller: Caller, collection: string, id: string): Promise<number> {
    const { within } = await this.access.of(caller, collection, 'delete');
    const { deletedCount } = await this.database
      .collection(collection)
      .deleteOne(within({ _id: id }), this.time);
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
    const filter = within(asked);
    const { deletedCount } = await this.database.collection(collection).deleteMany(filter, this.time);
    return deletedCount;
  }

  /** @throws CoglexError `result_too_large` */
  async aggregate(caller: Caller, collection: string, pipeline: unknown): Promise<mongo.Document[]> {
    const stages = await this.governed(caller, collection, pipeline);
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

  /** The pipeline as it is run; a collection that the caller may not join answers as one that does not exist. */
  private async governed(caller: Caller, collection: string, pipeline: unknown): Promise<Plain[]> {
    const stages = this.guard.pipeline(pipeline, '/pipeline');
    const shut = await this.pipelines.closed(caller, stages);
    if (shut.size > 0) this.guard.pipeline(pipeline, '/pipeline', shut);
    return (await this.pipelines.govern(caller, collection, stages)) ?? closed();
  }
}

/** Throws CoglexError `query_required`. */
export function queryRequired(): never {
  throw new CoglexError('query_required', {
    detail: 'Say which documents are meant with a query; {} means all of them.',
    errors: [{ field: '/query', message: 'query is required' }],
  });
}
