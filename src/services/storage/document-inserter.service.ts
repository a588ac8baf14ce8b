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
      const refused = refusal(error);
      if (refused) throw refusedAt(refused.index, refused.error, documents);
      if (error instanceof mongo.MongoServerSelectionError) throw error;
      await this.explainLoss(target, documents, error);
    }
  }

  /** Returns when everything turns out to be stored. */
  private async explainLoss(
    target: mongo.Collection<StoredDocument>,
    documents: StoredDocument[],
    cause: unknown,
  ): Promise<void> {
    const stored = await findStored(target, documents).catch(() => new Set<string>());
    if (stored.size === documents.length) return;
    const ids = documents.map(({ _id }) => _id);
    throw new CoglexError('database_unavailable', {
      detail:
        'The connection to the database broke during the insert. The documents in `inserted` are stored; those in `unknown` may be.',
      extensions: {
        inserted: ids.filter((id) => stored.has(id)),
        unknown: ids.filter((id) => !stored.has(id)),
      },
      headers: { 'Retry-After': '2' },
      cause,
    });
  }
}

/** The document that the database refused; `undefined` when the error is of another kind. */
function refusal(error: unknown): { index: number; error: unknown } | undefined {
  if (error instanceof mongo.MongoBulkWriteError) {
    const [first] = [error.writeErrors].flat();
    return first && { index: first.index, error };
  }
  const isRefused =
    databaseError(error)?.code !== 'database_unavailable' && error instanceof mongo.MongoServerError;
  return isRefused ? { index: 0, error } : undefined;
}

function refusedAt(index: number, cause: unknown, documents: StoredDocument[]): CoglexError {
  const error = databaseError(cause) ?? new CoglexError('internal_error', { cause });
  return new CoglexError(error.code, {
    detail: error.detail,
    errors: error.errors,
    extensions: { index, inserted: documents.slice(0, index).map(({ _id }) => _id) },
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
