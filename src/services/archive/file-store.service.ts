import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import { BlobReader } from './blobs/blob-reader.service.js';
import { Downloads } from './download/downloads.service.js';
import type { StoredFile } from './files/file.js';
import { FileRules } from './files/file-rules.service.js';
import { Files } from './files/files.service.js';
import { ProjectUsage } from './quotas/usage.service.js';
import { Scanner } from './scanning/scanner.service.js';
import { cleanFileName } from './upload/file-name.js';
import { Ingest } from './upload/ingest.service.js';
import { FileMetadata } from './upload/metadata.service.js';
import { newFileId, Publisher } from './upload/publisher.service.js';

/** Files as other services read and write them: whole and small, under the same rules, quotas and scans as by HTTP. */
@Injectable()
export class FileStore {
  constructor(
    private readonly files: Files,
    private readonly downloads: Downloads,
    private readonly reader: BlobReader,
    private readonly rules: FileRules,
    private readonly metadata: FileMetadata,
    private readonly scanner: Scanner,
    private readonly ingest: Ingest,
    private readonly usage: ProjectUsage,
    private readonly publisher: Publisher,
  ) {}

  /** @param query JSON of a query for what is known of files */
  async list(caller: Caller, query: string): Promise<StoredFile[]> {
    return (await this.files.list(caller, { query })).files;
  }

  /** @throws CoglexError `not_found`, `gone`, `result_too_large` */
  async read(caller: Caller, id: string, maxBytes: number): Promise<{ file: StoredFile; bytes: Buffer }> {
    const file = await this.files.get(caller, id);
    if (file.size > maxBytes)
      throw new CoglexError('result_too_large', { detail: `The file is larger than ${maxBytes} bytes.` });
    const blob = await this.downloads.servable(file);
    return { file, bytes: await buffer(await this.reader.open(blob)) };
  }

  /** @throws CoglexError `forbidden` and what an upload answers with */
  async put(
    caller: Caller,
    name: string,
    bytes: Buffer,
    metadata: Record<string, unknown>,
  ): Promise<StoredFile> {
    const admit = await this.rules.creation(caller);
    await this.scanner.checkReady();
    const filename = cleanFileName(name);
    const checked = this.metadata.check(metadata);
    const staged = await this.ingest.stage(Readable.from([bytes]), filename);
    const { size, sha256, mimetype } = staged;
    const owner = caller.user?.id ?? null;
    const file: StoredFile = {
      _id: newFileId(),
      filename,
      mimetype,
      size,
      sha256,
      uploaded_at: new Date(),
      owner,
      metadata: checked,
    };
    try {
      admit(file);
      await this.usage.reserve(file._id, size);
    } catch (error) {
      await staged.bytes.discard();
      throw error;
    }
    return this.publisher.publish(file, () => this.ingest.keep(staged));
  }

  /** @throws CoglexError `not_found` */
  async delete(caller: Caller, id: string): Promise<void> {
    await this.files.delete(caller, id);
  }
}
