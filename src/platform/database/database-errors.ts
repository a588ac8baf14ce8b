import { mongo, MongooseError } from 'mongoose';
import type { ErrorCode } from '../errors/catalogue.js';
import { CoglexError } from '../errors/coglex-error.js';
import { isError } from '../errors/is-error.js';

/** What the server says of a query or an update that the caller wrote, by MongoDB's code. */
const SERVER_CODES = new Map<number, { code: ErrorCode; detail: string }>([
  [
    50,
    {
      code: 'query_timeout',
      detail: 'The query was stopped because it ran too long. Narrow it or add an index.',
    },
  ],
  [
    146,
    {
      code: 'result_too_large',
      detail: 'The query needs more memory than one query may use. Narrow it or add an index.',
    },
  ],
  [
    292,
    {
      code: 'result_too_large',
      detail: 'The query needs more memory than one query may use. Narrow it or add an index.',
    },
  ],
  [10334, { code: 'result_too_large', detail: 'A document would be larger than 16 MB.' }],
  [17419, { code: 'result_too_large', detail: 'A document would be larger than 16 MB.' }],
  [
    28,
    {
      code: 'update_refused',
      detail: 'The update goes through a field that holds neither a document nor an array.',
    },
  ],
  [40, { code: 'update_refused', detail: 'Two parts of the update change the same field.' }],
  [66, { code: 'update_refused', detail: 'The update changes a field that cannot be changed.' }],
  [121, { code: 'document_refused', detail: 'The document does not fulfil the schema of its collection.' }],
]);

/** Codes by which a server says that it cannot serve anybody at the moment. */
const UNAVAILABLE_CODES = new Set([
  6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11601, 11602, 13435, 13436, 14031,
]);

/**
 * Codes of MongoDB's `error_codes.yml` that mean: what was asked is malformed or does not fit the data. Every
 * operator and stage has codes of its own beyond 10000, and those mean the same.
 */
const CALLER_CODES = new Set([
  2, 4, 5, 9, 10, 12, 14, 15, 16, 20, 21, 22, 26, 27, 29, 30, 34, 47, 52, 53, 54, 55, 56, 57, 61, 72, 73, 96,
  115, 160, 165, 166, 167, 168, 171, 224, 238, 241, 291,
]);
const FIRST_OPERATOR_CODE = 10_000;

/**
 * Turns the driver's errors into ours. The database's text is kept as the cause for the log and never shown: it
 * names fields, values and hosts.
 *
 * @returns `undefined` for what does not come from the driver, and for what no caller can have caused
 */
export function databaseError(error: unknown): CoglexError | undefined {
  if (isUnavailable(error))
    return new CoglexError('database_unavailable', { cause: error, headers: { 'Retry-After': '2' } });
  if (error instanceof mongo.MongoServerError) return serverError(error);
  if (error instanceof mongo.MongoInvalidArgumentError || error instanceof mongo.BSON.BSONError)
    return new CoglexError('bad_request', {
      detail: 'The database cannot take what was sent.',
      cause: error,
    });
  return undefined;
}

/**
 * Codes of the sockets' own errors. The driver lets them through while it waits to write; whatever else services
 * call has errors of its own.
 */
const SOCKET_CODES = new Set<unknown>(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT']);

function isUnavailable(error: unknown): boolean {
  if (error instanceof mongo.MongoServerError)
    return UNAVAILABLE_CODES.has(Number(error.code)) || error.hasErrorLabel('RetryableWriteError');
  if (error instanceof MongooseError)
    return (
      error.name === 'MongooseServerSelectionError' || error.message.includes('before initial connection')
    );
  return (
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof mongo.MongoServerClosedError ||
    error instanceof mongo.MongoOperationTimeoutError ||
    error instanceof mongo.MongoClientClosedError ||
    // The errors of the connection pool are not exported.
    (error instanceof mongo.MongoError && /^Mongo(Pool|WaitQueueTimeout)/.test(error.name)) ||
    (isError(error) && 'code' in error && SOCKET_CODES.has(error.code))
  );
}

function serverError(error: mongo.MongoServerError): CoglexError | undefined {
  const code = Number(error.code);
  if (code === 11000) return duplicateKey(error);
  const known = SERVER_CODES.get(code);
  if (known) return new CoglexError(known.code, { detail: known.detail, cause: error });
  if (!(code >= FIRST_OPERATOR_CODE || CALLER_CODES.has(code))) return undefined;
  return new CoglexError('query_refused', {
    detail: 'The database refused the operation: it is malformed, or it does not fit the data.',
    cause: error,
  });
}

/** A 409 that names the unique fields, but neither the database nor values. */
function duplicateKey(error: mongo.MongoServerError): CoglexError {
  const keys = Object.keys((error.keyPattern as Record<string, unknown> | undefined) ?? {});
  // An encrypted field is unique by what stands beside its value.
  const fields = keys.map((key) => key.replace(/\._blind$/, ''));
  return new CoglexError('duplicate_key', {
    detail: fields.length > 0 ? `Another document has the same ${fields.join(', ')}.` : undefined,
    errors: fields.map((field) => ({ field: `/${field.replaceAll('.', '/')}`, message: 'must be unique' })),
    cause: error,
  });
}
