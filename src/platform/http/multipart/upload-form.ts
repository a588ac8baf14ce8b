import type { Readable } from 'node:stream';

/** A file as it comes in. Nothing that the client says of it can be trusted. */
export interface IncomingFile {
  /** Name that the client gives it, without a path; empty when it gives none. */
  filename: string;
  /** Media type that the client claims. */
  mimetype: string;
  /** Fields of the form that came before the file. */
  fields: ReadonlyMap<string, string>;
  /**
   * The bytes. Must be read to their end, or destroyed. Fails with a CoglexError when they are too many, or when the
   * client goes away.
   */
  stream: Readable;
}

/** What a form may hold. */
export interface UploadLimits {
  /** Most bytes of the file. */
  maxBytes: number;
  /** Names that fields may have, beside the file's. */
  fields: readonly string[];
  /** Name of the file's part; `file` by default. */
  fileField?: string;
}

/** A form that was read to its end. */
export interface UploadForm<T> {
  /** What was made of the file. */
  file: T;
  /** All fields, those behind the file included. */
  fields: ReadonlyMap<string, string>;
}
