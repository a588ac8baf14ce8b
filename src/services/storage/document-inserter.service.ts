import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { databaseError } from '../../platform/database/database-errors.js';
import { Database, type StoredDocument } from '../../platform/database/database.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** How long to look for what a broken connection has left behind, in milliseconds. */
const LOOK_BACK_MS = 300;

/** Inserts in order, and tells the truth about what was stored when something goes wrong in the middle. */
@Injectable()
export class DocumentInserter {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /**
   * @throws CoglexError of the first document that is refused, with its `index` and the `inserted` ids before it;
   * or `database_unavailable` with the ids that are `inserted` for certain and those whose fate is `unknown`
   */
  async insert(collection: string, documents: StoredDocument[]): Promise<void> {
    const target = this.database.collection(collection);
    const options = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    try {
      if (documents.length === 1) await target.insertOne(documents[0], options);
      else await target.insertMany(documents, { ...options, ordered: true });
    } catch (error) {
      const index = refusedIndex(error);
      if (index !== undefined) throw refusedAt(index, error, documents);
      if (!isUncertain(error)) throw error;
      const stored = await findStored(target, documents).catch(() => new Set<string>());
      if (stored.size < documents.length) throw lost(documents, stored, error);
    }
  }
}

/** Which document the database refused; `undefined` when something else went wrong. */
function refusedIndex(error: unknown): number | undefined {
  if (error instanceof mongo.MongoBulkWriteError) return [error.writeErrors].flat().at(0)?.index;
  return error instanceof mongo.MongoServerError && !isUnavailable(error) ? 0 : undefined;
}

/** Whether documents may have been stored although there is no answer that says so. */
function isUncertain(error: unknown): boolean {
  if (error instanceof mongo.MongoServerSelectionError) return false;
  return error instanceof mongo.MongoBulkWriteError || isUnavailable(error);
}

const isUnavailable = (error: unknown) => databaseError(error)?.code === 'database_unavailable';

function refusedAt(index: number, cause: unknown, documents: StoredDocument[]): CoglexError {
  const { code, detail, errors } = databaseError(cause) ?? new CoglexError('internal_error');
  return new CoglexError(code, {
    detail: documents.length === 1 ? detail : `The document at index ${index}: ${detail}`,
    errors,
    extensions: { index, inserted: documents.slice(0, index).map(({ _id }) => _id) },
    cause,
  });
}

function lost(documents: StoredDocument[], stored: ReadonlySet<string>, cause: unknown): CoglexError {
  // A bulk write wraps every error; only those of a server have a code.
  const hasCode = cause instanceof mongo.MongoServerError && typeof cause.code === 'number';
  const known = hasCode ? (databaseError(cause) ?? new CoglexError('internal_error')) : undefined;
  const ids = documents.map(({ _id }) => _id);
  return new CoglexError(known?.code ?? 'database_unavailable', {
    detail: `${known?.detail ?? 'The connection to the database broke during the insert.'} The documents in "inserted" are stored; those in "unknown" may be.`,
    extensions: {
      inserted: ids.filter((id) => stored.has(id)),
      unknown: ids.filter((id) => !stored.has(id)),
    },
    headers: known?.headers ?? { 'Retry-After': '2' },
    cause,
  });
}

/** Which of the documents are there. One that was there before has another time, and is not counted. */
async function findStored(
  target: mongo.Collection<StoredDocument>,
  documents: StoredDocument[],
): Promise<Set<string>> {
  const times = new Map(documents.map(({ _id, _inserted }) => [_id, (_inserted as Date).getTime()]));
  const found = await target
    .find({ _id: { $in: [...times.keys()] } }, { projection: { _inserted: 1 }, timeoutMS: LOOK_BACK_MS })
    .toArray();
  const ours = found.filter(
    ({ _id, _inserted }) => _inserted instanceof Date && _inserted.getTime() === times.get(_id),
  );
  return new Set(ours.map(({ _id }) => _id));
}
