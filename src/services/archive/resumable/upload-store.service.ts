import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DataStore, Upload } from '@tus/server';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Drivers } from '../drivers/drivers.service.js';
import { ResumableUploads } from './resumable-uploads.service.js';
import { Segments } from './segments.js';

/** Bytes that are made durable at once, when they come in one request. */
const SEGMENT_BYTES = 64 * 1024 ** 2;

/** Most pieces of one upload: clients that send less than half a megabyte at a time get 5 GB in. */
const MAX_PARTS = 10_000;

/** What a request of the protocol is answered for, and with what it failed. */
export interface TusScope {
  caller: Caller;
  error?: unknown;
}

/**
 * Where the TUS server keeps its uploads: bytes with the driver, piece by piece, and how far they are in the database,
 * so that the next request can go to any instance.
 */
@Injectable()
export class UploadStore extends DataStore {
  private readonly scopes = new AsyncLocalStorage<TusScope>();

  constructor(
    private readonly uploads: ResumableUploads,
    private readonly drivers: Drivers,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {
    super();
    this.extensions = ['creation', 'creation-with-upload', 'termination', 'expiration'];
  }

  /** Answers a request for a caller. */
  run<T>(scope: TusScope, work: () => T): T {
    return this.scopes.run(scope, work);
  }

  get scope(): TusScope {
    const scope = this.scopes.getStore();
    if (!scope) throw new Error('Outside of a request of the protocol');
    return scope;
  }

  override async create(upload: Upload): Promise<Upload> {
    const { created } = await this.uploads.begin(this.scope.caller, upload);
    upload.creation_date = created.toISOString();
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const { length, offset, sent, created } = await this.uploads.get(this.scope.caller, id);
    return new Upload({ id, size: length, offset, metadata: sent, creation_date: created.toISOString() });
  }

  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const { driver } = await this.uploads.get(this.scope.caller, id);
    const hash = this.uploads.hashes.resume(id, offset);
    const segments = new Segments(stream, SEGMENT_BYTES, (chunk) => hash?.update(chunk));
    let at = offset;
    for (let piece = await segments.take(); piece; piece = await segments.take()) {
      let size = 0;
      piece.on('data', (chunk: Buffer) => (size += chunk.length));
      piece.pause();
      const staged = await this.drivers.get(driver).stage(this.context.project, piece);
      const key = await staged.keep(`${id}-${at}`);
      if (!(await this.uploads.advance(id, at, { key, size }, MAX_PARTS))) {
        await this.drivers.get(driver).delete(key);
        throw new CoglexError('conflict', { detail: 'The upload went on elsewhere; ask for its offset.' });
      }
      at += size;
    }
    this.uploads.hashes.keep(id, hash, at);
    if (segments.failure !== undefined) throw segments.failure as Error;
    return at;
  }

  override async remove(id: string): Promise<void> {
    await this.uploads.abandon(await this.uploads.get(this.scope.caller, id));
  }

  override getExpiration(): number {
    return this.config.ARCHIVE_UPLOAD_LIFETIME * 1000;
  }
}
