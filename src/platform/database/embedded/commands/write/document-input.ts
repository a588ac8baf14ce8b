import { BSONRegExp, ObjectId, Timestamp } from 'bson';
import { decode, encode, MAX_DOCUMENT_BYTES } from '../../bson/codec.js';
import { copyDocument, keysOf, omitKeys } from '../../bson/key-order.js';
import { setOwn } from '../../bson/types.js';
import { CommandError } from '../../errors.js';
import type { Document } from '../../types.js';

/** A document on its way into a collection. */
export interface NewDocument {
  document: Document;
  bytes: Uint8Array;
}

/**
 * Prepares a document that arrived as BSON. When it has its `_id` in front, as drivers send it, exactly these bytes
 * are stored.
 *
 * @throws CommandError InvalidIdField, BSONObjectTooLarge, InvalidBSON
 */
export function fromBytes(bytes: Uint8Array): NewDocument {
  if (bytes.length > MAX_DOCUMENT_BYTES) throw tooLarge(bytes.length);
  const document = decode(bytes);
  if (keysOf(document)[0] !== '_id' || hasEmptyTimestamp(document)) return fromDocument(document);
  checkId(document._id);
  return { document, bytes };
}

/** @throws CommandError InvalidIdField, BSONObjectTooLarge */
export function fromDocument(document: Document): NewDocument {
  const complete = stampTimestamps(withId(document));
  checkId(complete._id);
  return { document: complete, bytes: encodeStored(complete) };
}

/** @throws CommandError BSONObjectTooLarge */
export function encodeStored(document: Document): Uint8Array {
  return encode(document, MAX_DOCUMENT_BYTES);
}

/** With an `_id`, and that in front. */
function withId(document: Document): Document {
  const keys = keysOf(document);
  if (keys[0] === '_id') return document;
  const rest = keys.includes('_id') ? omitKeys(document, new Set(['_id'])) : document;
  return { _id: document._id ?? new ObjectId(), ...rest };
}

const isEmptyTimestamp = (value: unknown) => value instanceof Timestamp && value.isZero();

function hasEmptyTimestamp(document: Document): boolean {
  for (const key of keysOf(document)) if (key !== '_id' && isEmptyTimestamp(document[key])) return true;
  return false;
}

let lastTimestamp = { t: 0, i: 0 };

/** A field of the root that holds an empty timestamp gets the time of the insertion, as on a server. */
function stampTimestamps(document: Document): Document {
  if (!hasEmptyTimestamp(document)) return document;
  const stamped = copyDocument(document);
  for (const key of keysOf(stamped)) {
    if (key === '_id' || !isEmptyTimestamp(stamped[key])) continue;
    const t = Math.floor(Date.now() / 1000);
    lastTimestamp = { t, i: t === lastTimestamp.t ? lastTimestamp.i + 1 : 1 };
    setOwn(stamped, key, new Timestamp(lastTimestamp));
  }
  return stamped;
}

/** @throws CommandError InvalidIdField */
export function checkId(id: unknown): void {
  const kind = Array.isArray(id) ? 'array' : id instanceof BSONRegExp ? 'regex' : undefined;
  if (kind) throw new CommandError('InvalidIdField', `can't use a ${kind} for _id`);
  if (typeof id !== 'object' || id === null || Object.getPrototypeOf(id) !== Object.prototype) return;
  const dollar = keysOf(id as Document).find((key) => key.startsWith('$'));
  if (dollar !== undefined)
    throw new CommandError(
      'DollarPrefixedFieldName',
      `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`,
    );
}

function tooLarge(size: number): CommandError {
  return new CommandError(
    'BSONObjectTooLarge',
    `object to insert too large. size in bytes: ${size}, max size: ${MAX_DOCUMENT_BYTES}`,
  );
}
