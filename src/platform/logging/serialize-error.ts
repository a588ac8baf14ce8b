import { isError } from '../errors/is-error.js';

/** What the log keeps of an error. */
export interface SerializedError {
  type: string;
  message: string;
  stack: string;
  /** Code of the system or the driver, such as `ECONNREFUSED` or 11000. */
  code?: string | number;
  cause?: SerializedError;
}

const MAX_CAUSES = 5;
/** Longest text that is kept, in characters. */
const MAX_TEXT = 8192;
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]+@/gi;
const QUERY_STRING = /\?[^\s?=]+=\S*/g;

/**
 * The log's view of an error and of what caused it: no properties but those above, for drivers hang requests,
 * documents and addresses on their errors; no passwords of addresses and no query strings in the text.
 */
export function serializeError(error: unknown): SerializedError {
  return serialize(error, MAX_CAUSES);
}

function serialize(error: unknown, depth: number): SerializedError {
  if (!isError(error)) return { type: typeof error, message: clean(String(error)), stack: '' };
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name === 'Error' ? error.constructor.name : error.name,
    message: clean(error.message),
    stack: clean(error.stack ?? ''),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause !== undefined && depth > 0 ? { cause: serialize(error.cause, depth - 1) } : {}),
  };
}

function clean(text: string): string {
  return text.slice(0, MAX_TEXT).replace(CREDENTIALS, '$1[redacted]@').replace(QUERY_STRING, '?[redacted]');
}
