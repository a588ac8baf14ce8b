import { mongo } from 'mongoose';
import type { StoredDocument } from '../../platform/database/database.service.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { isDocumentId, newDocumentId } from './document-id.js';

/** Fields of a document that only the server sets, at any time. */
const SERVER_TIMES = new Set(['_inserted', '_patched']);

/** Whether a new document may not have a field. Its `_id` it may choose. */
export const isServerTime = (field: string): boolean => SERVER_TIMES.has(field);

/** Whether an update may not touch a field. */
export const isServerField = (field: string): boolean => field === '_id' || isServerTime(field);

/**
 * A checked document as it is stored: `_id` first, and `_inserted` last.
 *
 * @param place JSON Pointer of the document in the request
 * @throws CoglexError `document_refused` when its `_id` is not valid
 */
export function stampInserted(fields: Record<string, unknown>, place: string, now: Date): StoredDocument {
  const _id = idOf(fields, place);
  return Object.assign({ _id }, fields, { _id, _inserted: now });
}

/** A checked update that also notes its time. */
export function stampPatched(
  update: mongo.UpdateFilter<StoredDocument>,
  now: Date,
): mongo.UpdateFilter<StoredDocument> {
  return { ...update, $set: { ...update.$set, _patched: now } };
}

function idOf({ _id: id }: Record<string, unknown>, place: string): string {
  if (id === undefined) return newDocumentId();
  if (isDocumentId(id)) return id;
  if (id instanceof mongo.ObjectId) return id.toHexString();
  const message = '_id must be text of 1 to 256 bytes without control characters';
  throw new CoglexError('document_refused', {
    detail: `${message} (${place}/_id).`,
    errors: [{ field: `${place}/_id`, message }],
  });
}
