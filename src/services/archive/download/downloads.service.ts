import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Blob } from '../blobs/blob.js';
import { BlobReader } from '../blobs/blob-reader.service.js';
import { Blobs } from '../blobs/blobs.service.js';
import { MissingBytesError, type ByteRange } from '../drivers/file-driver.js';
import type { StoredFile } from '../files/file.js';
import { Scanner } from '../scanning/scanner.service.js';
import { byteRanges } from './byteranges.js';
import { precondition, rangeApplies } from './conditions.js';
import { fileHeaders, type Disposition } from './file-headers.js';
import { parseRanges } from './ranges.js';

/** Sends files, or what a client asks for of them. */
@Injectable()
export class Downloads {
  constructor(
    private readonly blobs: Blobs,
    private readonly reader: BlobReader,
    private readonly scanner: Scanner,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Downloads.name);
  }

  /**
   * Answers with the file: 200, 206, 304, 412 or 416. The caller has made sure that it may be seen.
   *
   * @throws CoglexError `gone` when there are no bytes, `file_not_scanned`, `file_infected`
   */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    file: StoredFile,
    disposition: Disposition,
  ): Promise<void> {
    const blob = await this.servable(file);
    const validators = { etag: `"${file.sha256}"`, modified: file.uploaded_at };
    void reply.headers({
      ...fileHeaders(file, disposition, this.config.ARCHIVE_INLINE_TYPES),
      ETag: validators.etag,
      'Last-Modified': validators.modified.toUTCString(),
      'Accept-Ranges': 'bytes',
    });
    const status = precondition(request.headers, validators);
    if (status !== undefined) return this.empty(reply, status);
    const { range } = request.headers;
    const applies =
      range !== undefined && request.method === 'GET' && rangeApplies(request.headers, validators);
    const ranges = applies ? parseRanges(range, blob.size) : undefined;
    if (ranges === 'unsatisfiable')
      return this.empty(reply.header('Content-Range', `bytes */${blob.size}`), 416);
    // Fastify sends no stream in answer to HEAD, and leaves its length alone.
    if (request.method === 'HEAD')
      return void reply.header('Content-Length', blob.size).send(Readable.from([]));
    if (ranges === undefined) return this.sendRange(reply, blob);
    return ranges.length === 1
      ? this.sendRange(reply, blob, ranges[0])
      : this.sendRanges(reply, file, blob, ranges);
  }

  /** The bytes of a file, when they may be served. @throws CoglexError as {@link send} */
  async servable(file: StoredFile): Promise<Blob> {
    const blob = await this.blobs.find(file.sha256);
    if (!blob) throw this.lost(file.sha256);
    this.scanner.checkServable(blob);
    return blob;
  }

  private async sendRange(reply: FastifyReply, blob: Blob, range?: ByteRange): Promise<void> {
    const bytes = await this.open(blob, range);
    if (range)
      void reply.status(206).header('Content-Range', `bytes ${range.start}-${range.end}/${blob.size}`);
    void reply.header('Content-Length', range ? range.end - range.start + 1 : blob.size).send(bytes);
  }

  private async sendRanges(
    reply: FastifyReply,
    file: StoredFile,
    blob: Blob,
    ranges: ByteRange[],
  ): Promise<void> {
    const several = byteRanges(ranges, file, (range) => this.open(blob, range));
    void reply
      .status(206)
      .headers({ 'Content-Type': several.contentType, 'Content-Length': several.length })
      .send(several.body);
    return Promise.resolve();
  }

  private async open(blob: Blob, range?: ByteRange) {
    try {
      return await this.reader.open(blob, range);
    } catch (error) {
      if (error instanceof MissingBytesError) throw this.lost(error.key);
      throw error;
    }
  }

  private empty(reply: FastifyReply, status: number): void {
    // Of a file that is not sent, its type and its name say nothing.
    void reply.removeHeader('Content-Disposition').removeHeader('Content-Type').status(status).send();
  }

  private lost(what: string): CoglexError {
    this.logger.error({ what }, 'Bytes of a file are missing; npm run archive:verify tells which');
    return new CoglexError('gone', { detail: 'The bytes of the file are lost.' });
  }
}
