import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Drivers } from '../drivers/drivers.service.js';
import type { StoredFile } from '../files/file.js';
import type { Blob, NewBlob } from './blob.js';

/** Longest time between taking hold of a blob and the file that refers to it, in milliseconds. */
const HOLD_MS = 60_000;

const DUPLICATE_KEY = 11000;

/**
 * The ledger of the bytes of a project. A blob lives while a file refers to it (by `sha256`) or while it is held;
 * both are checked by atomic updates of its one document, so that an upload of the same bytes, a deletion and the
 * sweep may meet on any number of instances.
 */
@Injectable()
export class Blobs {
  constructor(
    private readonly database: Database,
    private readonly drivers: Drivers,
    private readonly config: Config,
  ) {}

  find(sha256: string): Promise<Blob | null> {
    return this.blobs().findOne({ _id: sha256 });
  }

  /**
   * Enters bytes, and holds them for a minute; a file must refer to them by then. When there are equal bytes, those
   * are held instead, and the new ones are deleted.
   */
  async enter({ sha256, size, driver, parts, scanned }: NewBlob): Promise<void> {
    for (;;) {
      const held = new Date(Date.now() + HOLD_MS);
      const scan = scanned && { scanned };
      const known = await this.blobs().findOneAndUpdate(
        { _id: sha256 },
        { $max: { held }, $set: { ...scan } },
      );
      // An attempt before this one may have entered these very bytes.
      if (known)
        return known.parts[0]?.key === parts[0]?.key ? undefined : this.deleteParts({ driver, parts });
      try {
        await this.blobs().insertOne({ _id: sha256, size, driver, parts, held, ...scan });
        return;
      } catch (error) {
        // Equal bytes were entered in the meantime.
        if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      }
    }
  }

  /** Keeps a blob for those who are reading it, though its file may be gone. */
  async hold(sha256: string): Promise<void> {
    const held = new Date(Date.now() + this.config.ARCHIVE_GRACE * 1000);
    await this.blobs().updateOne({ _id: sha256 }, { $max: { held } });
  }

  /** To be called when a file is gone: the blob goes after the grace, unless another file has it. */
  async release(sha256: string): Promise<void> {
    const held = new Date(Date.now() + this.config.ARCHIVE_GRACE * 1000);
    await this.blobs().updateOne({ _id: sha256 }, { $max: { held }, $set: { doomed: true } });
  }

  /** Deletes a blob that nobody refers to and nobody holds. @returns whether it is gone */
  async collect(sha256: string): Promise<boolean> {
    // In this order: whoever takes hold of the blob behind the question is seen by the deletion.
    if (await this.files().findOne({ sha256 }, { projection: { _id: 1 } })) {
      await this.blobs().updateOne({ _id: sha256 }, { $unset: { doomed: '' } });
      return false;
    }
    const gone = await this.blobs().findOneAndDelete({ _id: sha256, held: { $lte: new Date() } });
    if (!gone) return false;
    await this.deleteParts(gone);
    if (gone.superseded) await this.deleteParts(gone.superseded);
    return true;
  }

  /** Deletes bytes that nothing refers to. What fails is left to the sweep. */
  async deleteParts({ driver, parts }: Pick<Blob, 'driver' | 'parts'>): Promise<void> {
    for (const { key } of parts)
      await this.drivers
        .get(driver)
        .delete(key)
        .catch(() => undefined);
  }

  /** The documents, for those who sweep, move and verify. */
  blobs(): mongo.Collection<Blob> {
    return this.database.collection<Blob>('_ARCHIVE_BLOBS');
  }

  private files(): mongo.Collection<StoredFile> {
    return this.database.collection<StoredFile>(this.config.MONGODB_ARCHIVE_COLLECTION);
  }
}
