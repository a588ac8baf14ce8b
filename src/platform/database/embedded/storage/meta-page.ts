import { readSync } from 'node:fs';

/**
 * The part of LMDB's file format that checkpoints rest on: two meta pages at the head of the file, written in turn,
 * of which the one with the higher transaction id is valid.
 * Source: liblmdb's `mdb.c`, structs `MDB_page`, `MDB_meta` and `MDB_db` (data format 2, 64 bit).
 */
const MAGIC = 0xbeefc0de;
const MAGIC_OFFSET = 24;
const PAGE_SIZE_OFFSET = 48;
const LAST_PAGE_OFFSET = 144;
const TRANSACTION_OFFSET = 152;

/** How many bytes of a meta page carry anything. */
export const META_BYTES = 512;

export interface MetaPage {
  bytes: Buffer;
  pageSize: number;
  /** How long the file is when every page of this snapshot is in it. */
  fileSize: number;
  transaction: bigint;
}

/**
 * The meta page that LMDB itself would choose.
 *
 * @returns `undefined` when the file holds no LMDB environment of this format
 */
export function readMetaPage(fd: number): MetaPage | undefined {
  const first = readAt(fd, 0);
  // A torn first page must not hide the second one: its place follows from the usual page size then.
  const second = readAt(fd, first?.pageSize ?? 4096);
  if (!first || !second) return first ?? second;
  return first.transaction >= second.transaction ? first : second;
}

function readAt(fd: number, position: number): MetaPage | undefined {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(fd, bytes, 0, META_BYTES, position) < META_BYTES) return undefined;
  return parseMetaPage(bytes);
}

export function parseMetaPage(bytes: Buffer): MetaPage | undefined {
  if (bytes.readUInt32LE(MAGIC_OFFSET) !== MAGIC) return undefined;
  const pageSize = bytes.readUInt32LE(PAGE_SIZE_OFFSET);
  const lastPage = Number(bytes.readBigUInt64LE(LAST_PAGE_OFFSET));
  return {
    bytes,
    pageSize,
    fileSize: (lastPage + 1) * pageSize,
    transaction: bytes.readBigUInt64LE(TRANSACTION_OFFSET),
  };
}

/** The same meta page for the other of the two places; a page begins with its own number. */
export function placedAt(page: number, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeBigUInt64LE(BigInt(page), 0);
  return copy;
}
