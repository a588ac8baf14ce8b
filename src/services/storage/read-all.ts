import { mongo } from 'mongoose';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** Most that one answer may hold, in bytes of BSON: as much as one document, and as one batch of a server. */
const MAX_RESULT_BYTES = 16 * 1024 ** 2;

type Cursor<T> = mongo.AbstractCursor<T>;

/**
 * Reads all that a cursor has. The number of documents must be bounded by the query; their size is bounded here.
 *
 * @throws CoglexError `result_too_large`
 */
export async function readAll<T extends object>(cursor: Cursor<T>): Promise<T[]> {
  try {
    const documents: T[] = [];
    let bytes = 0;
    for (let first = await cursor.next(); first !== null; first = await cursor.next()) {
      const batch = [first, ...cursor.readBufferedDocuments()];
      documents.push(...batch);
      // Nearly every answer is one batch, which the server has bounded already.
      if (bytes === 0 && isExhausted(cursor)) break;
      bytes += batch.reduce((sum, document) => sum + sizeOf(document), 0);
      if (bytes > MAX_RESULT_BYTES) throw tooLarge();
    }
    return documents;
  } finally {
    await cursor.close();
  }
}

/** A cursor that is asked for raw documents gives their bytes. */
const sizeOf = (document: object): number =>
  document instanceof Uint8Array ? document.length : mongo.BSON.calculateObjectSize(document);

/** Whether the server has nothing more for a cursor, so that asking again would be a useless round trip. */
function isExhausted(cursor: Cursor<object>): boolean {
  return cursor.id?.isZero() ?? false;
}

function tooLarge(): CoglexError {
  return new CoglexError('result_too_large', {
    detail:
      'The documents are larger than 16 MB together. Ask for fewer of them, or for fewer of their fields.',
  });
}
