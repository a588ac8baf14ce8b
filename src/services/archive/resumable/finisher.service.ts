import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { BlobReader } from '../blobs/blob-reader.service.js';
import type { StoredFile } from '../files/file.js';
import { FileRules } from '../files/file-rules.service.js';
import { ProjectUsage } from '../quotas/usage.service.js';
import { Scanner } from '../scanning/scanner.service.js';
import { checkType } from '../upload/inspector.js';
import { mediaTypeOf, SAMPLE_BYTES } from '../upload/media-type.js';
import { Publisher } from '../upload/publisher.service.js';
import type { ResumableUpload } from './resumable-upload.js';
import { ResumableUploads } from './resumable-uploads.service.js';

/** Longest time that one instance takes to make a file of an upload; then another may try, in milliseconds. */
const FINISH_MS = 10 * 60_000;

/** Makes files of uploads whose bytes are all there. The bytes stay where they are. */
@Injectable()
export class Finisher {
  constructor(
    private readonly uploads: ResumableUploads,
    private readonly reader: BlobReader,
    private readonly rules: FileRules,
    private readonly usage: ProjectUsage,
    private readonly publisher: Publisher,
    private readonly scanner: Scanner,
    private readonly config: Config,
  ) {}

  /** What is refused at its end is thrown away; what fails otherwise can be tried again. */
  async finish(caller: Caller, id: string): Promise<void> {
    const before = new Date(Date.now() - FINISH_MS);
    const upload = await this.uploads
      .uploads()
      .findOneAndUpdate(
        { _id: id, $expr: { $eq: ['$offset', '$length'] }, $nor: [{ finishing: { $gt: before } }] },
        { $set: { finishing: new Date() } },
      );
    if (!upload) return;
    try {
      const { file, scanned } = await this.judge(caller, upload);
      const { driver, parts } = upload;
      await this.usage.engage(id);
      const blob = { sha256: file.sha256, size: file.size, driver, parts, scanned };
      await this.publisher.publish(file, () => Promise.resolve(blob));
      await this.uploads.uploads().deleteOne({ _id: id });
    } catch (error) {
      if (error instanceof CoglexError && error.status < 500) await this.uploads.abandon(upload);
      else await this.uploads.uploads().updateOne({ _id: id }, { $unset: { finishing: '' } });
      throw error;
    }
  }

  private async judge(
    caller: Caller,
    upload: ResumableUpload,
  ): Promise<{ file: StoredFile; scanned?: Date }> {
    const { _id, filename, metadata, owner, length: size } = upload;
    const sha256 = this.uploads.hashes.take(_id, size) ?? (await this.hashAll(upload));
    const mimetype = await mediaTypeOf(await this.sample(upload), filename);
    checkType(mimetype, this.config.ARCHIVE_TYPES);
    const file: StoredFile = {
      _id,
      filename,
      mimetype,
      size,
      sha256,
      uploaded_at: new Date(),
      owner,
      metadata,
    };
    (await this.rules.creation(caller))(file);
    return { file, scanned: await this.scanner.scan(() => this.reader.readUnheld(bytesOf(upload))) };
  }

  private async hashAll(upload: ResumableUpload): Promise<string> {
    const hash = createHash('sha256');
    const bytes = await this.reader.readUnheld(bytesOf(upload));
    for await (const chunk of bytes as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.digest('hex');
  }

  private async sample(upload: ResumableUpload): Promise<Buffer> {
    const end = Math.min(upload.length, SAMPLE_BYTES) - 1;
    const bytes = await this.reader.readUnheld(bytesOf(upload), { start: 0, end });
    const chunks: Buffer[] = [];
    for await (const chunk of bytes as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
}

const bytesOf = ({ driver, parts, length: size }: ResumableUpload) => ({ driver, parts, size });
