import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import type { StoredDocument } from '../../../platform/database/database.service.js';
import { QueryGuard } from '../../../platform/database/query/query-guard.service.js';
import { isPlain } from '../../../platform/database/query/walk.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Events } from '../../../platform/events/events.service.js';
import type { Caller } from '../../../platform/security/caller.js';
import { CheckedUpdates } from '../../storage/index.js';
import type { StoredFile } from './file.js';
import { FileRules } from './file-rules.service.js';
import { Files, noSuchFile } from './files.service.js';

/** The one field that callers change. */
const ROOT = 'metadata';

/** Changes metadata, with MongoDB's operators. */
@Injectable()
export class FileUpdates {
  constructor(
    private readonly files: Files,
    private readonly rules: FileRules,
    private readonly guard: QueryGuard,
    private readonly updates: CheckedUpdates,
    private readonly events: Events,
    private readonly config: Config,
  ) {}

  /**
   * @param document operators whose paths begin with `metadata.`, or are `metadata` itself
   * @throws CoglexError `not_found`, `update_refused`, `forbidden` when the rules would not admit the result
   */
  async update(caller: Caller, reference: string, document: unknown): Promise<StoredFile> {
    const update = this.guard.update(document, '/document', { protects: (field) => field !== ROOT });
    checkRoot(update);
    const reach = await this.rules.reach(caller, 'update');
    const filter = this.files.filterFor(reach, reference) ?? noSuchFile();
    const { matched } = await this.updates.apply(this.config.MONGODB_ARCHIVE_COLLECTION, {
      filter: filter as mongo.Filter<StoredDocument>,
      update: { ...update, $set: { ...update.$set, _patched: new Date() } },
      check: reach.kind === 'some' ? (after) => this.rules.check(reach, after) : undefined,
      many: false,
    });
    const file = matched > 0 && (await this.files.files().findOne({ _id: reference }));
    if (!file) return noSuchFile();
    await this.events.publish('file.updated', { file });
    return file;
  }
}

/** The whole of the metadata can be replaced by an object or taken away; other operators would make it a value. */
function checkRoot(update: mongo.UpdateFilter<StoredDocument>): void {
  for (const [operator, fields] of Object.entries(update) as [string, Record<string, unknown>][]) {
    const toRoot = operator === '$rename' && Object.values(fields).includes(ROOT);
    const atRoot = Object.hasOwn(fields, ROOT);
    const isFine = operator === '$unset' || (operator === '$set' && isPlain(fields[ROOT]));
    if (!toRoot && (!atRoot || isFine)) continue;
    throw new CoglexError('update_refused', {
      detail: `metadata must stay an object (/document/${operator}).`,
      errors: [{ field: `/document/${operator}/${ROOT}`, message: 'metadata must stay an object' }],
    });
  }
}
