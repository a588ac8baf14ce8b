import { HttpException } from '@nestjs/common';
import { databaseError } from '../database/database-errors.js';
import type { ErrorCode } from './catalogue.js';
import { CoglexError } from './coglex-error.js';

/** Fastify's own errors that callers cause, by their code. */
const FASTIFY_ERRORS = new Map<string, ErrorCode>([
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'body_too_large'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'bad_request'],
  ['FST_ERR_CTP_EMPTY_JSON_BODY', 'malformed_json'],
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'malformed_json'],
  ['FST_ERR_BAD_URL', 'bad_request'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'url_too_long'],
]);

const STATUS_CODES = new Map<number, ErrorCode>([
  [400, 'bad_request'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [413, 'body_too_large'],
  [414, 'url_too_long'],
  [415, 'unsupported_media_type'],
]);

/** Turns whatever was thrown into the error that the client may see; what is unknown becomes `internal_error`. */
export function toCoglexError(error: unknown): CoglexError {
  if (error instanceof CoglexError) return error;
  const database = databaseError(error);
  if (database) return database;
  const code = frameworkCode(error);
  return new CoglexError(code ?? 'internal_error', { cause: error });
}

function frameworkCode(error: unknown): ErrorCode | undefined {
  if (error instanceof HttpException) return STATUS_CODES.get(error.getStatus());
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return FASTIFY_ERRORS.get(error.code);
}
