import { createHash } from 'node:crypto';

/**
 * Physical keys of LMDB's trees, which compare them as bytes:
 *
 * - catalog and statistics: `[u32 number]`
 * - records: `[u32 collection][u64 record id]`
 * - indexes: `[u32 index][encoded key]` when unique, `[u32 index][encoded key][u64 record id]` otherwise
 */
export const PREFIX_BYTES = 4;
export const RECORD_ID_BYTES = 8;

/** LMDB takes keys of at most 1978 bytes on pages of 4 KB. */
const MAX_KEY_BYTES = 1978;
const MAX_ENCODED_BYTES = MAX_KEY_BYTES - PREFIX_BYTES - RECORD_ID_BYTES;
const DIGEST_BYTES = 32;
/** How much of an over-long key is kept in front of its digest. */
export const KEPT_BYTES = MAX_ENCODED_BYTES - DIGEST_BYTES;

/** A half-open interval of physical keys: `lower <= key < upper`. */
export interface KeyRange {
  lower: Buffer;
  upper: Buffer;
}

export function recordKey(collection: number, id: number): Buffer {
  const key = Buffer.allocUnsafe(PREFIX_BYTES + RECORD_ID_BYTES);
  key.writeUInt32BE(collection, 0);
  writeRecordId(key, id, PREFIX_BYTES);
  return key;
}

export function writeRecordId(target: Buffer, id: number, offset: number): void {
  target.writeUInt32BE(Math.floor(id / 2 ** 32), offset);
  target.writeUInt32BE(id >>> 0, offset + 4);
}

export function readRecordId(source: Buffer, offset: number): number {
  return source.readUInt32BE(offset) * 2 ** 32 + source.readUInt32BE(offset + 4);
}

export function numberKey(number: number): Buffer {
  const key = Buffer.allocUnsafe(PREFIX_BYTES);
  key.writeUInt32BE(number, 0);
  return key;
}

/** Everything under one collection's or one index's number. */
export function prefixRange(prefix: number): KeyRange {
  return { lower: numberKey(prefix), upper: numberKey(prefix + 1) };
}

/**
 * Puts an encoded key under its index. A key that LMDB cannot hold is cut and closed with a SHA-256 of the whole,
 * so that equal keys stay equal and different ones different; only the order among keys with the same beginning is
 * lost, which the index remembers.
 *
 * @param tail bytes to leave, as zeros, for the record id
 */
export function indexKey(index: number, encoded: Uint8Array, tail = 0): { key: Buffer; cut: boolean } {
  const cut = encoded.length > MAX_ENCODED_BYTES;
  const body = cut ? cutKey(encoded) : encoded;
  const key = Buffer.allocUnsafe(PREFIX_BYTES + body.length + tail);
  key.writeUInt32BE(index, 0);
  key.set(body, PREFIX_BYTES);
  key.fill(0, PREFIX_BYTES + body.length);
  return { key, cut };
}

function cutKey(encoded: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(encoded).digest();
  return Buffer.concat([encoded.subarray(0, KEPT_BYTES), digest]);
}

/** The first key behind all keys that begin with `prefix`; `prefix` must not consist of 0xff alone. */
export function behindPrefix(prefix: Buffer): Buffer {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  const next = Buffer.from(prefix.subarray(0, end));
  next[end - 1]++;
  return next;
}
