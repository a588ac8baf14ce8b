import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Events } from '../../../platform/events/events.service.js';
import { ArchiveIndexes } from '../archive-indexes.service.js';
import type { NewBlob } from '../blobs/blob.js';
import { Blobs } from '../blobs/blobs.service.js';
import type { StoredFile } from '../files/file.js';
import { Files } from '../files/files.service.js';
import { ProjectUsage } from '../quotas/usage.service.js';

const DUPLICATE_KEY = 11000;

export const newFileId = (): string => new mongo.ObjectId().toHexString();

/** Makes files visible, by one insert after everything else is durable. */
@Injectable()
export class Publisher {
  constructor(
    private readonly files: Files,
    private readonly blobs: Blobs,
    private readonly usage: ProjectUsage,
    private readonly events: Events,
    private readonly indexes: ArchiveIndexes,
  ) {}

  /**
   * Stores a new file. A reader sees it whole or not at all; what is left when the process dies on the way is found
   * by the sweep.
   *
   * @param file room for it must have been reserved
   * @param keep makes the bytes durable; is not called again
   */
  async publish(file: StoredFile, keep: () => Promise<NewBlob>): Promise<StoredFile> {
    let blob: NewBlob;
    try {
      await this.indexes.ensure();
      blob = await keep();
    } catch (error) {
      await this.usage.cancel(file._id, file.size);
      throw error;
    }
    // From here on a failure may hide a success: the sweep decides by what is there.
    await this.blobs.enter(blob);
    await this.insert(file);
    await this.usage.settle(file._id);
    await this.events.publish('file.uploaded', { file });
    return file;
  }

  /** An attempt before this one may have stored it, though it did not hear of that. */
  private async insert(file: StoredFile): Promise<void> {
    try {
      await this.files.files().insertOne(file);
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    }
  }
}
