import type { StoredDocument } from '../../../platform/database/database.service.js';

/** Where the files of a project are served. */
export const ARCHIVE_PATH = '/service/archive/v1';

/** What is stored of a file; rules and queries see the same. */
export interface StoredFile extends StoredDocument {
  filename: string;
  /** What the bytes are, as the server found out. */
  mimetype: string;
  size: number;
  /** SHA-256 of the bytes, in hex; names their blob. */
  sha256: string;
  uploaded_at: Date;
  /** `_id` of the user who uploaded it. */
  owner: string | null;
  metadata: Record<string, unknown>;
  _patched?: Date;
}

/** What a client sees of a file: what is stored, and where it can be downloaded. */
export function shownFile(file: StoredFile): StoredFile & { filepath: string } {
  return { ...file, metadata: file.metadata ?? {}, filepath: `${ARCHIVE_PATH}/${file._id}` };
}
