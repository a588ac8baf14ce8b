import type { BlobPart } from '../blobs/blob.js';
import type { DriverName } from '../drivers/file-driver.js';

/** An upload that goes on over several requests. Its `_id` becomes that of the file. */
export interface ResumableUpload {
  _id: string;
  /** Bytes that the file will have. */
  length: number;
  /** Bytes that are durable. */
  offset: number;
  driver: DriverName;
  /** What has come, in order. */
  parts: BlobPart[];
  filename: string;
  /** Type that the client claims; only given back. */
  filetype?: string;
  /** What the client sent as Upload-Metadata, to be given back as it was. */
  sent: Record<string, string | null>;
  metadata: Record<string, unknown>;
  owner: string | null;
  /** Id of the key that it was begun with. */
  key?: string;
  created: Date;
  /** When it is thrown away. */
  until: Date;
  /** Since when one instance makes a file of it. */
  finishing?: Date;
}
