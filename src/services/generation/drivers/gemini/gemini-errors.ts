import { ApiError } from '@google/genai';
import { CoglexError } from '../../../../platform/errors/coglex-error.js';
import { providerError } from '../provider-errors.js';
import { ProviderFailure } from '../provider-failure.js';
import { networkFailure, parseErrorBody } from '../provider-fetch.js';

/** What the SDK says when it is the answer that it cannot read. */
const BROKEN_ANSWER =
  /incomplete json|exception parsing|response body is empty|upload|did not return an httpresponse/i;

/** Whatever the SDK threw, as the error of the service. */
export function geminiError(error: unknown, key: string): CoglexError {
  if (error instanceof CoglexError) return error;
  return providerError(toFailure(error, [key]));
}

function toFailure(error: unknown, secrets: string[]): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  if (error instanceof ApiError) {
    const json = error.message.slice(error.message.indexOf('{'));
    return new ProviderFailure({ ...parseErrorBody(json), status: error.status }, secrets);
  }
  if (!(error instanceof Error) || isLostAnswer(error)) return networkFailure(error, secrets);
  // The SDK itself refuses what it cannot translate, before anything is sent.
  return new ProviderFailure({ status: 400, message: error.message }, secrets);
}

function isLostAnswer(error: Error): boolean {
  return (
    error.name === 'AbortError' ||
    error instanceof SyntaxError ||
    error.message === 'terminated' ||
    error.cause !== undefined ||
    BROKEN_ANSWER.test(error.message)
  );
}
