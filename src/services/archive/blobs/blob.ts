import type { DriverName } from '../drivers/file-driver.js';

/** A piece of the bytes, as one driver keeps it. */
export interface BlobPart {
  key: string;
  size: number;
}

/** What is known of bytes, whoever shares them: files of equal content have one blob. */
export interface Blob {
  /** SHA-256 of the bytes, in hex. */
  _id: string;
  size: number;
  driver: DriverName;
  /** In their order; a resumable upload leaves several. */
  parts: BlobPart[];
  /** Until when the blob must stay, though no file may refer to it: somebody is about to, or still reads. */
  held: Date;
  /** Set when a file that referred to it was deleted: perhaps nobody does any more. */
  doomed?: boolean;
  /** When clamd has found nothing in it. */
  scanned?: Date;
  /** What clamd has found in it; it is never served. */
  infected?: string;
  /** Where the bytes were before they were moved, until nobody can be reading there. */
  superseded?: { driver: DriverName; parts: BlobPart[]; until: Date };
}

/** Bytes that are stored and belong to nothing yet. */
export interface NewBlob {
  sha256: string;
  size: number;
  driver: DriverName;
  parts: BlobPart[];
  scanned?: Date;
}
