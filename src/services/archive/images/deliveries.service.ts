import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../../platform/config/config.js';
import { precondition } from '../download/conditions.js';
import { Downloads } from '../download/downloads.service.js';
import { fileHeaders, type Disposition } from '../download/file-headers.js';
import type { StoredFile } from '../files/file.js';
import type { ImageParametersDto } from './image-parameters.dto.js';
import { Images } from './images.service.js';

/** Sends files as they are, or images as they are wished for. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly downloads: Downloads,
    private readonly images: Images,
    private readonly config: Config,
  ) {}

  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    file: StoredFile,
    disposition: Disposition,
    wishes: ImageParametersDto,
  ): Promise<void> {
    if (Object.values(wishes).every((wish) => wish === undefined))
      return this.downloads.send(request, reply, file, disposition);
    const blob = await this.downloads.servable(file);
    const validators = {
      etag: `"${file.sha256}-${this.images.versionOf(wishes)}"`,
      modified: file.uploaded_at,
    };
    const status = precondition(request.headers, validators);
    const tags = { ETag: validators.etag, 'Last-Modified': validators.modified.toUTCString() };
    if (status !== undefined) return void reply.headers(tags).status(status).send();
    const { bytes, format } = await this.images.make(file, blob, wishes);
    const made = { filename: renamed(file.filename, format), mimetype: `image/${format}` };
    void reply
      .headers({ ...fileHeaders(made, disposition, this.config.ARCHIVE_INLINE_TYPES), ...tags })
      .send(bytes);
  }
}

const renamed = (filename: string, format: string) =>
  `${filename.replace(/\.[a-z0-9]{1,5}$/i, '')}.${format === 'jpeg' ? 'jpg' : format}`;
