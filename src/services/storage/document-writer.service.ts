import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import type { StoredDocument } from '../../platform/database/database.service.js';
import { QueryGuard } from '../../platform/database/query/query-guard.service.js';
import { FieldEncryption } from '../../platform/encryption/field-encryption.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import { RowRules } from '../../platform/security/rules/row-rules.service.js';
import { DocumentSchemas } from '../schema/index.js';
import { CheckedUpdates, type UpdateCounts } from './checked-updates.service.js';
import { DocumentInserter } from './document-inserter.service.js';
import { isServerField, isServerTime, stampInserted, stampPatched } from './document-stamp.js';
import type { NewDocuments } from './new-documents.pipe.js';
import { QueryParameters } from './query-parameters.service.js';
import { closed, outOfReach, RowAccess, type Access } from './row-access.service.js';
import { queryRequired } from './storage.service.js';

/**
 * Inserts and updates documents of the current project: within what the caller reaches, and so that they fulfil the
 * schema of their collection.
 */
@Injectable()
export class DocumentWriter {
  constructor(
    private readonly guard: QueryGuard,
    private readonly rules: RowRules,
    private readonly access: RowAccess,
    private readonly schemas: DocumentSchemas,
    private readonly parameters: QueryParameters,
    private readonly inserter: DocumentInserter,
    private readonly updates: CheckedUpdates,
    private readonly encryption: FieldEncryption,
    private readonly config: Config,
  ) {}

  /** @returns the ids of the documents, in their order */
  async insert(caller: Caller, collection: string, { documents, placeOf }: NewDocuments): Promise<string[]> {
    const { STORAGE_MAX_INSERT: most } = this.config;
    if (documents.length === 0 || documents.length > most)
      throw new CoglexError('validation_failed', {
        detail: `Between 1 and ${most} documents can be inserted at once, not ${documents.length}.`,
      });
    const { admits, hidden } = await this.access.of(caller, collection, 'create');
    const stamp = await this.rules.stamp(caller, collection);
    const closedFields = await this.rules.guessable(caller, collection);
    const schema = await this.schemas.of(collection);
    const now = new Date();
    const complete = documents.map((sent, index) => {
      const place = placeOf(index);
      const fields = this.guard.document(
        sent,
        place,
        (field) => isServerTime(field) || closedFields.has(field),
      );
      for (const field of stamp.fields) delete fields[field];
      Object.assign(fields, stamp.values);
      schema?.complete(fields);
      const document = stampInserted(fields, place, now);
      if (admits && !admits(document)) return outOfReach();
      schema?.check(document, place, hidden);
      return document;
    });
    const encryption = await this.encryption.toWrite(collection);
    const stored = encryption ? complete.map((document) => encryption.seal(document)) : complete;
    await this.inserter.insert(collection, stored);
    return complete.map(({ _id }) => _id);
  }

  /** @throws CoglexError `not_found` */
  async updateOne(caller: Caller, collection: string, id: string, document: unknown): Promise<UpdateCounts> {
    const access = await this.access.of(caller, collection, 'update');
    const update = await this.checked(caller, collection, document, false);
    const filter = access.within({ _id: id });
    const check = await this.checkOf(collection, access);
    const counts = await this.updates.apply(collection, { filter, update, check, many: false });
    return counts.matched === 0 ? closed() : counts;
  }

  /** @param query a parsed query; `undefined` is refused, for it was probably forgotten */
  async updateMany(
    caller: Caller,
    collection: string,
    query: unknown,
    document: unknown,
  ): Promise<UpdateCounts> {
    if (query === undefined) return queryRequired();
    const access = await this.access.of(caller, collection, 'update');
    const filter = access.within(this.parameters.parsedFilter(query, access.hidden));
    const update = await this.checked(caller, collection, document, true);
    const check = await this.checkOf(collection, access);
    return this.updates.apply(collection, { filter, update, check, many: true });
  }

  /** What must hold of every document that an update leaves; `undefined` when nothing has to be looked at. */
  private async checkOf(
    collection: string,
    { admits, hidden }: Access,
  ): Promise<((after: mongo.Document) => void) | undefined> {
    const schema = await this.schemas.of(collection);
    if (!admits && !schema?.isStrict) return undefined;
    return (after) => {
      if (admits && !admits(after)) outOfReach();
      schema?.check(after, '', hidden);
    };
  }

  /** @param matched whether the update has a query of the caller's own */
  private async checked(
    caller: Caller,
    collection: string,
    document: unknown,
    matched: boolean,
  ): Promise<mongo.UpdateFilter<StoredDocument>> {
    const [{ fields }, hidden] = await Promise.all([
      this.rules.stamp(caller, collection),
      this.rules.hidden(caller, collection),
    ]);
    const update = this.guard.update(document, '/document', {
      protects: (field) => isServerField(field) || fields.has(field),
      closes: (path) => hidden.touches(path),
      matched,
    });
    return stampPatched(update, new Date());
  }
}
