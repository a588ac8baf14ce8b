import type { ErrorCode } from '../../../platform/errors/catalogue.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';

/** What the protocol's statuses mean. */
const CODES = new Map<number, ErrorCode>([
  [400, 'bad_request'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [409, 'conflict'],
  [410, 'gone'],
  [412, 'precondition_failed'],
  [413, 'body_too_large'],
  [415, 'unsupported_media_type'],
]);

/**
 * The problem for a refusal of the TUS server.
 *
 * @param error what was thrown inside of it; ours comes through as it is
 */
export function tusError(status: number, body: string, error: unknown): unknown {
  // A request that broke off fails as a stream does, and is the client's doing.
  if (error instanceof Error && !('status_code' in error)) return isCut(error) ? clientGone(error) : error;
  const code = CODES.get(status);
  return code
    ? new CoglexError(code, { detail: body.trim() })
    : new CoglexError('internal_error', { cause: error ?? body });
}

const CUT_CODES = new Set<unknown>(['ECONNRESET', 'ABORT_ERR', 'ERR_STREAM_PREMATURE_CLOSE']);

const isCut = (error: Error) =>
  CUT_CODES.has((error as NodeJS.ErrnoException).code) || error.name === 'AbortError';

const clientGone = (cause: Error) =>
  new CoglexError('bad_request', { detail: 'The request ended before it was whole.', cause });
