import type { ErrorCode } from '../../../platform/errors/catalogue.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { ProviderFailure } from './provider-failure.js';

const TOO_LONG =
  /context[_ ]length|context window|maximum context|too many tokens|token count.{0,40}exceeds|exceeds the maximum number of tokens|prompt is too long/i;
const BAD_KEY = /api[_ ]?key[_ ]?(not valid|invalid|expired)|invalid[_ ]api[_ ]key|API_KEY_INVALID/i;
const BLOCKED = /content_filter|content management policy|blocked.{0,20}safety/i;

/** Seconds until another try where the provider names none. */
const DEFAULT_RETRY_AFTER = 10;

/** What the failure of a provider means for the caller. */
export function providerError(failure: ProviderFailure): CoglexError {
  const code = codeOf(failure);
  const retryAfter = failure.retryAfter ?? (code === 'provider_quota' ? DEFAULT_RETRY_AFTER : undefined);
  return new CoglexError(code, {
    detail: detailOf(code, failure),
    headers: retryAfter === undefined ? undefined : { 'Retry-After': String(retryAfter) },
    cause: failure,
  });
}

function codeOf({ status, code = '', message }: ProviderFailure): ErrorCode {
  if (status === undefined) return 'provider_unavailable';
  if (status === 401 || status === 403 || BAD_KEY.test(message) || BAD_KEY.test(code))
    return 'provider_key_invalid';
  if (status === 429) return 'provider_quota';
  if (status === 408 || status === 504) return 'provider_timeout';
  if (status >= 500 || status < 400) return 'provider_unavailable';
  if (status === 413 || TOO_LONG.test(message) || TOO_LONG.test(code)) return 'context_too_long';
  if (BLOCKED.test(message) || BLOCKED.test(code)) return 'blocked_by_safety';
  if (status === 404) return 'not_found';
  return 'unprocessable';
}

/** What the provider says of a request is for its author; what it says of itself is for the log. */
function detailOf(code: ErrorCode, { message }: ProviderFailure): string | undefined {
  if (code === 'not_found') return 'The provider has no such model or file.';
  if (code === 'unprocessable') return `The provider refused the request: ${message}`;
  return undefined;
}

/** A prompt, or an answer, that the provider does not let through. */
export function blockedError(reason: string): CoglexError {
  return new CoglexError('blocked_by_safety', {
    detail: `The provider blocked the request (${reason}).`,
    extensions: { reason },
  });
}

/** @param setting the variable that is missing */
export function notConfigured(setting: string): CoglexError {
  return new CoglexError('service_unavailable', {
    detail: `The provider is not set up: ${setting} is missing.`,
    extensions: { setting },
  });
}
