import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { Injectable } from '@nestjs/common';
import { Server } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { drain } from '../../../platform/http/multipart/drain.js';
import { allowSlowUpload } from '../../../platform/http/slow-uploads.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ARCHIVE_PATH } from '../files/file.js';
import { newFileId } from '../upload/publisher.service.js';
import { Finisher } from './finisher.service.js';
import { tusError } from './tus-errors.js';
import { UploadStore, type TusScope } from './upload-store.service.js';

const PATH = `${ARCHIVE_PATH}/resumable`;

/** Headers of a request that the protocol knows; all others are ours to judge. */
const KNOWN_HEADERS = /^(?:tus-resumable|upload-.+|content-type|content-length)$/;

/** Passes requests that the guards have let in on to the TUS server, and its answers back. */
@Injectable()
export class TusService {
  private readonly server: Server;
  /** Told with every answer. */
  private readonly limits: Record<string, string>;

  constructor(
    private readonly store: UploadStore,
    private readonly finisher: Finisher,
    config: Config,
  ) {
    this.limits = { 'Tus-Version': '1.0.0', 'Tus-Max-Size': String(config.ARCHIVE_MAX_SIZE) };
    this.server = new Server({
      path: PATH,
      datastore: store,
      maxSize: config.ARCHIVE_MAX_SIZE,
      relativeLocation: true,
      disableTerminationForFinishedUploads: true,
      namingFunction: newFileId,
      onUploadFinish: async (_request, { id }) => {
        await finisher.finish(store.scope.caller, id);
        return {};
      },
      onResponseError: (_request, error) => {
        store.scope.error = error;
        return undefined;
      },
    });
  }

  /** @param id of the upload; none to begin one */
  async answer(request: FastifyRequest, reply: FastifyReply, caller: Caller, id?: string): Promise<void> {
    const scope: TusScope = { caller };
    const endWatch = allowSlowUpload(request.raw, request.server.server.requestTimeout);
    try {
      const answer = await this.store.run(scope, async () => {
        // All bytes may be there of an upload whose process died before it was made a file.
        if (request.method === 'HEAD' && id) await this.finisher.finish(caller, id);
        return this.server.handleWeb(webRequest(request, id));
      });
      for (const [name, value] of answer.headers)
        if (!name.startsWith('access-control-')) void reply.header(name, value);
      void reply.headers(this.limits);
      if (answer.status >= 400) throw tusError(answer.status, await answer.text(), scope.error);
      // The headers are the answer; their length is that of the body, which there is none of.
      void reply.removeHeader('content-length').status(answer.status).send();
    } catch (error) {
      void reply.headers(this.limits).removeHeader('content-length');
      if (!request.raw.complete) drain(request.raw);
      throw error;
    } finally {
      endWatch();
    }
  }
}

function webRequest(request: FastifyRequest, id: string | undefined): Request {
  const headers = Object.entries(request.headers).filter(([name]) => KNOWN_HEADERS.test(name));
  const hasBody = headers.some(
    ([name, value]) => name === 'content-type' && value === 'application/offset+octet-stream',
  );
  if (request.method === 'PATCH' && !hasBody)
    throw new CoglexError('unsupported_media_type', {
      detail: 'Send bytes as application/offset+octet-stream.',
    });
  return new Request(`http://localhost${PATH}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`, {
    method: request.method,
    headers: headers as [string, string][],
    ...(hasBody && request.method !== 'HEAD'
      ? { body: Readable.toWeb(request.raw) as WebStream<Uint8Array> as ReadableStream, duplex: 'half' }
      : {}),
  });
}
