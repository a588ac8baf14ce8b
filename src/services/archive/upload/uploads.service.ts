import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { readUpload } from '../../../platform/http/multipart/read-upload.js';
import type { Caller } from '../../../platform/security/caller.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import type { StoredFile } from '../files/file.js';
import { FileRules } from '../files/file-rules.service.js';
import { ProjectUsage, quotaExceeded } from '../quotas/usage.service.js';
import { Scanner } from '../scanning/scanner.service.js';
import { cleanFileName } from './file-name.js';
import { Ingest, type Staged } from './ingest.service.js';
import { FileMetadata } from './metadata.service.js';
import { newFileId, Publisher } from './publisher.service.js';

/** What the maker of an upload link has laid down. */
export interface UploadTerms {
  filename?: string;
  metadata?: Record<string, unknown>;
  maxBytes?: number;
  types?: readonly string[];
}

/** Files in one request. */
@Injectable()
export class Uploads {
  constructor(
    private readonly ingest: Ingest,
    private readonly publisher: Publisher,
    private readonly rules: FileRules,
    private readonly metadata: FileMetadata,
    private readonly projects: Projects,
    private readonly usage: ProjectUsage,
    private readonly scanner: Scanner,
    private readonly config: Config,
  ) {}

  /** Reads the form of a request, and stores its file. */
  async take(request: FastifyRequest, caller: Caller, terms: UploadTerms = {}): Promise<StoredFile> {
    const admit = await this.rules.creation(caller);
    await this.scanner.checkReady();
    const { staged, filename, metadata } = await this.read(request, terms);
    const { size, sha256, mimetype } = staged;
    let file: StoredFile;
    try {
      file = {
        _id: newFileId(),
        filename,
        mimetype,
        size,
        sha256,
        uploaded_at: new Date(),
        owner: caller.user?.id ?? null,
        metadata: { ...this.metadata.parse(metadata), ...terms.metadata },
      };
      admit(file);
      await this.usage.reserve(file._id, size);
    } catch (error) {
      await staged.bytes.discard();
      throw error;
    }
    return this.publisher.publish(file, () => this.ingest.keep(staged));
  }

  private async read(request: FastifyRequest, terms: UploadTerms) {
    const [quotas, room] = await Promise.all([this.projects.quotas(), this.usage.room()]);
    const allowed = Math.min(quotas.upload ?? this.config.MAX_CONTENT_LENGTH, terms.maxBytes ?? Infinity);
    let staged: Staged | undefined;
    try {
      const limits = { maxBytes: Math.min(allowed, room), fields: ['metadata'] };
      const { file: filename, fields } = await readUpload(request, limits, async (file) => {
        const name = terms.filename ?? cleanFileName(file.filename);
        staged = await this.ingest.stage(file.stream, name, terms.types);
        return name;
      });
      if (!staged) throw new Error('A form was read without its file');
      return { staged, filename, metadata: fields.get('metadata') };
    } catch (error) {
      await staged?.bytes.discard();
      const overRoom = room < allowed && error instanceof CoglexError && error.code === 'body_too_large';
      throw overRoom ? quotaExceeded(quotas) : error;
    }
  }
}
