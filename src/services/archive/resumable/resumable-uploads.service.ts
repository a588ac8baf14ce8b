import { Injectable } from '@nestjs/common';
import type { Upload } from '@tus/server';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { isTrusted, type Caller } from '../../../platform/security/caller.js';
import type { BlobPart } from '../blobs/blob.js';
import { Blobs } from '../blobs/blobs.service.js';
import { Drivers } from '../drivers/drivers.service.js';
import { FileRules } from '../files/file-rules.service.js';
import { Files } from '../files/files.service.js';
import { ProjectUsage } from '../quotas/usage.service.js';
import { Scanner } from '../scanning/scanner.service.js';
import { cleanFileName } from '../upload/file-name.js';
import { FileMetadata } from '../upload/metadata.service.js';
import type { ResumableUpload } from './resumable-upload.js';
import { RunningHashes } from './running-hashes.js';

/** How far uploads are, in the database. */
@Injectable()
export class ResumableUploads {
  readonly hashes = new RunningHashes();

  constructor(
    private readonly database: Database,
    private readonly rules: FileRules,
    private readonly files: Files,
    private readonly metadata: FileMetadata,
    private readonly usage: ProjectUsage,
    private readonly blobs: Blobs,
    private readonly drivers: Drivers,
    private readonly scanner: Scanner,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `forbidden`, `quota_exceeded`, `validation_failed`, … */
  async begin(caller: Caller, { id, size, metadata: sent = {} }: Upload): Promise<ResumableUpload> {
    if (size === undefined) throw new CoglexError('bad_request', { detail: 'Upload-Length is required.' });
    await this.rules.creation(caller);
    await this.scanner.checkReady();
    const created = new Date();
    const until = new Date(created.getTime() + this.config.ARCHIVE_UPLOAD_LIFETIME * 1000);
    const upload: ResumableUpload = {
      _id: id,
      length: size,
      offset: 0,
      driver: this.drivers.current,
      parts: [],
      filename: cleanFileName(sent.filename ?? ''),
      ...(sent.filetype ? { filetype: sent.filetype } : {}),
      sent,
      metadata: this.metadata.parse(sent.metadata ?? undefined),
      owner: caller.user?.id ?? null,
      ...(caller.key ? { key: caller.key.id } : {}),
      created,
      until,
    };
    await this.usage.reserve(id, size, until);
    await this.uploads().insertOne(upload);
    return upload;
  }

  /**
   * An upload that the caller may go on with; one that has become a file is shown as complete.
   *
   * @throws CoglexError `not_found`
   */
  async get(caller: Caller, id: string): Promise<ResumableUpload> {
    const upload = await this.uploads().findOne({ _id: id });
    if (!upload) return this.finished(caller, id);
    const isOwn = upload.owner === (caller.user?.id ?? null) && upload.key === caller.key?.id;
    if (!isOwn && !isTrusted(caller)) throw noSuchUpload();
    return upload;
  }

  /** Enters a piece. @returns whether the upload was still where the piece begins */
  async advance(id: string, offset: number, part: BlobPart, maxParts: number): Promise<boolean> {
    const { matchedCount } = await this.uploads().updateOne(
      { _id: id, offset, [`parts.${maxParts - 1}`]: { $exists: false } },
      { $push: { parts: part }, $set: { offset: offset + part.size } },
    );
    return matchedCount > 0;
  }

  /** Throws an upload away, with all that has come. */
  async abandon(upload: ResumableUpload): Promise<void> {
    const { deletedCount } = await this.uploads().deleteOne({ _id: upload._id });
    if (deletedCount === 0) return;
    await this.usage.cancel(upload._id, upload.length);
    await this.blobs.deleteParts(upload);
  }

  uploads(): mongo.Collection<ResumableUpload> {
    return this.database.collection<ResumableUpload>('_ARCHIVE_UPLOADS');
  }

  private async finished(caller: Caller, id: string): Promise<ResumableUpload> {
    const file = await this.files.get(caller, id);
    const { _id, size, filename, owner, metadata, uploaded_at: created } = file;
    const complete = {
      length: size,
      offset: size,
      parts: [],
      sent: { filename },
      driver: this.drivers.current,
    };
    return { _id, filename, owner, metadata, created, until: created, ...complete };
  }
}

export const noSuchUpload = () => new CoglexError('not_found', { detail: 'There is no such upload.' });
