import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { Database, type StoredDocument } from '../../platform/database/database.service.js';
import {
  CommandError,
  compileFilter,
  compileUpdate,
  decode,
  type Document,
} from '../../platform/database/embedded/index.js';
import type { CollectionEncryption } from '../../platform/encryption/collection-encryption.js';
import { FieldEncryption } from '../../platform/encryption/field-encryption.service.js';
import { ENGINE_FORM } from '../../platform/encryption/plain-value.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { driverForm, storedForm } from '../../platform/security/rules/stored-form.js';
import { readAll } from './read-all.js';

/** What an update did. */
export interface UpdateCounts {
  /** Documents that it was meant for. */
  matched: number;
  /** Documents that it changed. */
  modified: number;
}

/** An update of documents. */
export interface DocumentUpdate {
  filter: mongo.Filter<StoredDocument>;
  update: mongo.UpdateFilter<StoredDocument>;
  /** Throws when a document may not become what the update makes of it. */
  check?: (after: mongo.Document) => void;
  /** Whether every document that matches is meant. */
  many: boolean;
}

/** How often a document may be changed by others between our reading and our writing it. */
const MAX_ATTEMPTS = 50;

/** Documents that are written at the same time. */
const CONCURRENCY = 8;

/** A document, as it is stored and as the update would leave it stored. */
interface Change {
  stored: Document;
  next: Document;
}

/**
 * Updates documents whose new state has to be looked at first, or of which each needs encrypted values of its own. The update is computed here, by the code of the embedded
 * engine, and the result stored on condition that the document still is the one it was computed from; otherwise it is
 * computed again. That is atomic for each document, on any server and without transactions.
 */
@Injectable()
export class CheckedUpdates {
  constructor(
    private readonly database: Database,
    private readonly encryption: FieldEncryption,
    private readonly config: Config,
  ) {}

  /**
   * Nothing is changed when the check fails for any of the documents as they are at first. One that fails only later,
   * because somebody else changed it meanwhile, ends the update in the middle, as an error of a server does.
   *
   * @throws what the check throws; CoglexError `result_too_large` when too many documents would have to be looked at
   */
  async apply(collection: string, { filter, update, check, many }: DocumentUpdate): Promise<UpdateCounts> {
    const target = this.database.collection(collection);
    const encryption = await this.encryption.toWrite(collection);
    const setsEncrypted = encryption?.setsFields(update) ?? false;
    const stored = encryption?.filter(filter) ?? filter;
    if (!check && !setsEncrypted) return this.write(target, stored, update, many);
    const change = this.compile({ filter, update, check, many }, encryption);
    const most = many ? this.config.STORAGE_MAX_CHECKED_UPDATE : 1;
    const documents = await this.read(target, stored, many ? most + 1 : 1);
    if (documents.length > most)
      throw new CoglexError('result_too_large', {
        detail: `The update would have to look at more than ${most} documents. Narrow the query.`,
      });
    const changes = documents.map(change);
    const counts: UpdateCounts = { matched: 0, modified: 0 };
    for (let at = 0; at < changes.length; at += CONCURRENCY) {
      const writes = changes
        .slice(at, at + CONCURRENCY)
        .map((next) => this.store(target, stored, change, next, counts));
      // All of them first: nothing goes on behind an answer.
      const failure = (await Promise.allSettled(writes)).find(({ status }) => status === 'rejected');
      if (failure?.status === 'rejected') throw failure.reason;
    }
    return counts;
  }

  private async write(
    target: mongo.Collection<StoredDocument>,
    filter: mongo.Filter<StoredDocument>,
    update: mongo.UpdateFilter<StoredDocument>,
    many: boolean,
  ): Promise<UpdateCounts> {
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    const { matchedCount: matched, modifiedCount: modified } = many
      ? await target.updateMany(filter, update, time)
      : await target.updateOne(filter, update, time);
    return { matched, modified };
  }

  /** The update of a document: computed, and looked at, in plain text. */
  private compile(
    { filter, update, check }: DocumentUpdate,
    encryption: CollectionEncryption | undefined,
  ): (stored: Document) => Change {
    return asServerError(() => {
      const compiled = compileUpdate(storedForm(update));
      const query = compileFilter(storedForm(filter));
      return (stored) => {
        const before = encryption?.open(stored, ENGINE_FORM) ?? stored;
        const after = asServerError(() => compiled.apply(before, { filter: query, now: new Date() }));
        check?.(driverForm(after));
        if (after === before) return { stored, next: stored };
        return { stored, next: encryption?.reseal(after, before, stored, ENGINE_FORM) ?? after };
      };
    });
  }

  private async store(
    target: mongo.Collection<StoredDocument>,
    filter: mongo.Filter<StoredDocument>,
    change: (stored: Document) => Change,
    first: Change,
    counts: UpdateCounts,
  ): Promise<void> {
    let next: Change | undefined = first;
    for (let attempt = 1; next && attempt <= MAX_ATTEMPTS; attempt += 1) {
      const { stored, next: after }: Change = next;
      const id = stored._id as string;
      if (after === stored) {
        counts.matched += 1;
        return;
      }
      const unchanged = { _id: id, $expr: { $eq: ['$$ROOT', { $literal: stored }] } };
      const { matchedCount } = await target.replaceOne(unchanged, after, {
        maxTimeMS: this.config.MONGODB_MAX_TIME_MS,
      });
      if (matchedCount > 0) {
        counts.matched += 1;
        counts.modified += 1;
        return;
      }
      const [current] = await this.read(target, { $and: [{ _id: id }, filter] }, 1);
      next = current && change(current);
    }
    if (next)
      throw new CoglexError('conflict', { detail: 'Others change the document all the time. Try again.' });
  }

  /** Documents with every value in its type, which the driver's own numbers do not keep. */
  private async read(
    target: mongo.Collection<StoredDocument>,
    filter: mongo.Filter<StoredDocument>,
    limit: number,
  ): Promise<Document[]> {
    const cursor = target.find(filter, {
      raw: true,
      limit,
      batchSize: limit + 1,
      maxTimeMS: this.config.MONGODB_MAX_TIME_MS,
    });
    const documents = (await readAll(cursor)) as unknown as Uint8Array[];
    return documents.map((bytes) => decode(bytes));
  }
}

/** The engine's errors are those of a server, and are told as such. */
function asServerError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new mongo.MongoServerError({ message: error.message, errmsg: error.message, code: error.code });
  }
}
