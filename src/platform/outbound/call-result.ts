import { CoglexError } from '../errors/coglex-error.js';
import { OutboundError } from './outbound-error.js';

/**
 * How a call of another system ended.
 * - `refused`: it answered, and said no to what was asked
 * - `timeout`: it did not answer in time
 * - `canceled`: nobody wanted the answer any more
 * - `failed`: it could not be reached, or is in trouble
 */
export type CallResult = 'ok' | 'refused' | 'timeout' | 'canceled' | 'failed';

/** How an answer over HTTP counts. */
export function resultOfStatus(status: number): CallResult {
  if (status < 400) return 'ok';
  return status < 500 ? 'refused' : 'failed';
}

/** How a call counts that threw. */
export function resultOfError(error: unknown): CallResult {
  if (error instanceof CoglexError) return RESULTS_OF_CODES[error.code] ?? resultOfStatus(error.status);
  if (error instanceof OutboundError) return error.failure === 'timeout' ? 'timeout' : 'failed';
  if (!(error instanceof Error)) return 'failed';
  if (error.name === 'AbortError') return 'canceled';
  if (/timeout/i.test(error.name) || ('code' in error && error.code === 'ETIMEDOUT')) return 'timeout';
  const status = statusOf(error);
  return status === undefined ? 'failed' : resultOfStatus(status);
}

const RESULTS_OF_CODES: Record<string, CallResult | undefined> = {
  provider_timeout: 'timeout',
  client_gone: 'canceled',
};

/** Where the clients of others put the status of an answer: that of S3, and that of mail servers. */
function statusOf(error: Error): number | undefined {
  const { $metadata, responseCode } = error as Error & {
    $metadata?: { httpStatusCode?: number };
    responseCode?: number;
  };
  // A mail server says 4xx when it is in trouble, and 5xx when it will never take the mail.
  if (responseCode !== undefined) return responseCode >= 500 ? 400 : 500;
  return $metadata?.httpStatusCode;
}
