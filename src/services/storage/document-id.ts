import { mongo } from 'mongoose';

/** Longest `_id`, in bytes of UTF-8; percent-encoded it still fits into a URL. */
const MAX_BYTES = 256;

/** A new `_id`: the 24 hex digits of an ObjectId, which grow with time. */
export const newDocumentId = (): string => new mongo.ObjectId().toHexString();

/** Whether text can be an `_id`. `.` and `..` cannot: clients resolve them before they send a URL. */
export function isDocumentId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value !== '.' &&
    value !== '..' &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value) &&
    Buffer.byteLength(value) <= MAX_BYTES
  );
}
