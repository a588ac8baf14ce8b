import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Events } from '../../../platform/events/events.service.js';
import type { Caller } from '../../../platform/security/caller.js';
import type { Reach, RuleAction } from '../../../platform/security/rules/row-rules.service.js';
import { QueryParameters, readAll } from '../../storage/index.js';
import type { PageParametersDto } from '../dto/parameters.dto.js';
import { Blobs } from '../blobs/blobs.service.js';
import { ProjectUsage } from '../quotas/usage.service.js';
import type { StoredFile } from './file.js';
import { FileRules } from './file-rules.service.js';
import { readDates } from './file-queries.js';

const FILE_ID = /^[0-9a-f]{24}$/;

/** What is known of files: finds, lists and deletes them, as far as the rules let a caller. */
@Injectable()
export class Files {
  private readonly time: { maxTimeMS: number };

  constructor(
    private readonly database: Database,
    private readonly rules: FileRules,
    private readonly parameters: QueryParameters,
    private readonly blobs: Blobs,
    private readonly usage: ProjectUsage,
    private readonly events: Events,
    private readonly config: Config,
  ) {
    this.time = { maxTimeMS: config.MONGODB_MAX_TIME_MS };
  }

  /** @throws CoglexError `not_found` when there is no such file, or none that the caller may see */
  async get(caller: Caller, reference: string, action: RuleAction = 'view'): Promise<StoredFile> {
    const filter = await this.within(caller, reference, action);
    return (filter && (await this.files().findOne(filter, this.time))) ?? noSuchFile();
  }

  /** Newest first, unless the caller says otherwise. */
  async list(caller: Caller, page: PageParametersDto): Promise<{ files: StoredFile[]; total?: number }> {
    const within = await this.rules.filter(caller, 'list');
    const hidden = await this.rules.hidden(caller);
    const query = page.query === undefined ? {} : readDates(this.parameters.filter(page.query, hidden));
    const filter: mongo.Filter<StoredFile> = { $and: [within, query] };
    const limit = this.parameters.limit(page.limit);
    const sort = this.parameters.sort(page.sort, hidden) ?? { uploaded_at: -1, _id: -1 };
    const projection = this.parameters.projection(undefined, hidden);
    const stored = this.files();
    const [files, total] = await Promise.all([
      readAll(
        stored.find(filter, {
          ...this.time,
          sort,
          projection,
          skip: page.skip,
          limit,
          batchSize: limit + 1,
        }),
      ),
      page.count ? stored.countDocuments(filter, this.time) : undefined,
    ]);
    return { files, total };
  }

  /** Deletes a file. Its bytes go when nobody reads them any more. @throws CoglexError `not_found` */
  async delete(caller: Caller, reference: string): Promise<StoredFile> {
    const filter = await this.within(caller, reference, 'delete');
    const file = filter && (await this.files().findOne(filter, this.time));
    if (!file) return noSuchFile();
    const note = await this.usage.announce(file._id, file.size);
    const gone = await this.files().findOneAndDelete(filter, this.time);
    if (!gone) {
      await this.usage.settle(note);
      return noSuchFile();
    }
    await this.usage.leave(note, gone.size);
    await this.blobs.release(gone.sha256);
    await this.events.publish('file.deleted', { file: gone });
    return gone;
  }

  /** The documents, for those who have asked the rules themselves. */
  files(): mongo.Collection<StoredFile> {
    return this.database.collection<StoredFile>(this.config.MONGODB_ARCHIVE_COLLECTION);
  }

  /** The filter for one file within reach; `undefined` when there can be none. */
  async within(
    caller: Caller,
    reference: string,
    action: RuleAction,
  ): Promise<mongo.Filter<StoredFile> | undefined> {
    return this.filterFor(await this.rules.reach(caller, action), reference);
  }

  /** The same, when the rules were asked before. */
  filterFor(reach: Reach, reference: string): mongo.Filter<StoredFile> | undefined {
    if (!FILE_ID.test(reference) || reach.kind === 'none') return undefined;
    const id = { _id: reference };
    return reach.kind === 'all' ? id : { $and: [id, reach.filter] };
  }
}

export function noSuchFile(): never {
  throw new CoglexError('not_found', { detail: 'There is no such file.' });
}
