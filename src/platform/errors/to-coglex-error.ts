import { HttpException } from '@nestjs/common';
import { databaseError } from '../database/database-errors.js';
import { ERRORS, type ErrorCode } from './catalogue.js';
import { CoglexError } from './coglex-error.js';
import { isError } from './is-error.js';

/** Fastify's own errors that callers cause, by their code. */
const FASTIFY_ERRORS = new Map<string, { code: ErrorCode; detail?: string }>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', { code: 'body_too_large' }],
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    { code: 'unsupported_media_type', detail: 'Send the body with "Content-Type: application/json".' },
  ],
  [
    'FST_ERR_CTP_INVALID_CONTENT_LENGTH',
    { code: 'bad_request', detail: 'The body is not as long as its Content-Length says.' },
  ],
  ['FST_ERR_BAD_URL', { code: 'bad_request', detail: 'The URL is not encoded correctly.' }],
  ['FST_ERR_MAX_PARAM_LENGTH', { code: 'url_too_long' }],
]);

/** What Nest's own exceptions become; applications may throw them instead of a {@link CoglexError}. */
const STATUS_CODES = new Map<number, ErrorCode>([
  [400, 'bad_request'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [405, 'method_not_allowed'],
  [408, 'request_timeout'],
  [409, 'conflict'],
  [410, 'gone'],
  [413, 'body_too_large'],
  [414, 'url_too_long'],
  [415, 'unsupported_media_type'],
  [422, 'unprocessable'],
  [429, 'too_many_requests'],
  [503, 'service_unavailable'],
]);

/** Turns whatever was thrown into the error that the client may see; what is unknown becomes `internal_error`. */
export function toCoglexError(error: unknown): CoglexError {
  if (error instanceof CoglexError) return error;
  const known = databaseError(error) ?? fastifyError(error) ?? httpException(error);
  return known ?? new CoglexError('internal_error', { cause: error });
}

/** Nest wraps what Fastify refuses for a request into an exception of its own. */
function fastifyError(error: unknown): CoglexError | undefined {
  const original = error instanceof HttpException ? error.cause : error;
  if (!isError(original) || !('code' in original)) return undefined;
  const known = FASTIFY_ERRORS.get(String(original.code));
  return known && new CoglexError(known.code, { detail: known.detail, cause: original });
}

function httpException(error: unknown): CoglexError | undefined {
  if (!(error instanceof HttpException)) return undefined;
  const status = error.getStatus();
  const code = STATUS_CODES.get(status) ?? (status >= 400 && status < 500 ? 'bad_request' : 'internal_error');
  // A message of the application is meant for the client, unless the server itself is at fault.
  const detail = ERRORS[code].status < 500 ? error.message : undefined;
  return new CoglexError(code, { detail, cause: error });
}
