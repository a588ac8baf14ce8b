import type { Readable } from 'node:stream';

/** Names of the drivers, as in `ARCHIVE_DRIVER`. */
export type DriverName = 'disk' | 'gridfs' | 's3';

/** A part of something stored; both ends are included. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Bytes that are durable, but not kept yet. One of the two methods must be called. */
export interface StagedBytes {
  /**
   * Keeps the bytes, in one atomic step.
   *
   * @param name what the key is made of: letters, digits, `.` and `-`
   * @returns the key under which they can be read; never one that has been used before
   */
  keep(name: string): Promise<string>;
  /** Throws the bytes away. */
  discard(): Promise<void>;
}

/** What a driver holds, for the search for what nobody refers to. */
export interface StoredBytes {
  key: string;
  size: number;
  modified: Date;
}

/** What a read throws when there is nothing under a key. */
export class MissingBytesError extends Error {
  override readonly name = 'MissingBytesError';

  constructor(readonly key: string) {
    super(`There are no bytes under ${key}`);
  }
}

/**
 * Keeps bytes under keys that it makes itself; a key begins with the id of a project. Bytes never change: a key is
 * written once, read, and deleted.
 */
export interface FileDriver {
  /** Writes bytes to their end, and makes them durable. When the source fails nothing is left. */
  stage(project: string, bytes: Readable): Promise<StagedBytes>;
  /** @throws MissingBytesError before the first byte */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** Deletes what is there; readers that have begun may fail. */
  delete(key: string): Promise<void>;
  /** Everything that is kept for a project. */
  list(project: string): AsyncIterable<StoredBytes>;
  /** Throws away what was staged for a project before a moment, and neither kept nor discarded. */
  sweep(project: string, before: Date): Promise<void>;
  /** Whether it can be reached now; drivers without it stand on the database alone. @throws the driver's error */
  check?(signal: AbortSignal): Promise<void>;
  /** Ends connections. */
  close?(): Promise<void>;
}
