import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../../errors/coglex-error.js';
import { allowSlowUpload } from '../slow-uploads.js';
import { drain } from './drain.js';
import { FormParser } from './form-parser.js';
import type { IncomingFile, UploadForm, UploadLimits } from './upload-form.js';

/**
 * Reads a `multipart/form-data` body that holds one file, at constant memory. The route must be declared with
 * `@StreamedBody('multipart/form-data')`.
 *
 * @param receive takes the file as it comes in. What it has made must be undone by the caller when this function
 * throws afterwards: what follows the file can still be wrong.
 * @throws CoglexError `validation_failed`, `bad_request`, `body_too_large` or `unsupported_media_type`, and whatever
 * `receive` throws
 */
export async function readUpload<T>(
  request: FastifyRequest,
  limits: UploadLimits,
  receive: (file: IncomingFile) => Promise<T>,
): Promise<UploadForm<T>> {
  const { raw } = request;
  // Events of the socket know nothing of the request's context.
  const parser = new FormParser(request.headers, limits, bindContext(receive));
  const endWatch = allowSlowUpload(raw, request.server.server.requestTimeout);
  // A request that has come whole is closed as well, while its file is still being stored.
  const gone = () => {
    if (!raw.complete) parser.fail(clientGone());
  };
  raw.once('close', gone).once('error', gone);
  raw.pipe(parser.input);
  try {
    return await parser.form;
  } catch (error) {
    raw.unpipe(parser.input);
    drain(raw);
    throw error;
  } finally {
    raw.off('close', gone).off('error', gone);
    endWatch();
  }
}

function bindContext<T, R>(receive: (value: T) => R): (value: T) => R {
  const inContext = AsyncLocalStorage.snapshot();
  return (value) => inContext(() => receive(value));
}

const clientGone = () => new CoglexError('bad_request', { detail: 'The upload ended before it was whole.' });
