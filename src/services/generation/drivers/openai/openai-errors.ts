import { APIError } from 'openai';
import { CoglexError } from '../../../../platform/errors/coglex-error.js';
import { providerError } from '../provider-errors.js';
import { ProviderFailure } from '../provider-failure.js';
import { networkFailure } from '../provider-fetch.js';

/** What an error in the middle of a stream is worth when it says nothing else. */
const BROKEN_STREAM_STATUS = 502;

/** Whatever the SDK threw, as the error of the service. */
export function openAiError(error: unknown, key: string): CoglexError {
  if (error instanceof CoglexError) return error;
  return providerError(toFailure(error, [key]));
}

function toFailure(error: unknown, secrets: string[]): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if (error instanceof Error && error.cause instanceof ProviderFailure) return error.cause;
  if (!(error instanceof APIError) || !error.error) return networkFailure(error, secrets);
  const { status = statusOf(error as APIError) } = error as APIError;
  const { message } = error.error as { message?: unknown };
  return new ProviderFailure(
    {
      status,
      code: error.code ?? error.type,
      message: typeof message === 'string' ? message : error.message,
    },
    secrets,
  );
}

/** Servers put a status, a word or nothing into the errors of a stream. */
function statusOf({ code, type }: APIError): number {
  const number = Number(code);
  if (number >= 400 && number < 600) return number;
  return /rate_limit|quota/.test(`${code} ${type}`) ? 429 : BROKEN_STREAM_STATUS;
}
