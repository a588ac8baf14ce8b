import Stripe from 'stripe';
import type { ErrorCode } from '../../../platform/errors/catalogue.js';
import { CoglexError, type ErrorOptions } from '../../../platform/errors/coglex-error.js';

const { errors } = Stripe;

/** Turns what Stripe's client throws into an error for the caller, with Stripe's own codes beside ours. */
export function stripeProblem(error: unknown): CoglexError {
  if (error instanceof CoglexError) return error;
  if (!(error instanceof errors.StripeError)) return new CoglexError('internal_error', { cause: error });
  const problem = (code: ErrorCode, options: ErrorOptions = {}) =>
    new CoglexError(code, { ...options, cause: error });
  if (error instanceof errors.StripeCardError)
    return problem('payment_declined', { detail: error.message, extensions: codesOf(error) });
  if (error instanceof errors.StripeConnectionError)
    return /timeout/i.test(error.message)
      ? problem('provider_timeout', { detail: 'Stripe did not answer in time.' })
      : problem('provider_unavailable', { detail: 'Stripe cannot be reached.', headers: RETRY });
  if (error instanceof errors.StripeAuthenticationError || error instanceof errors.StripePermissionError)
    return problem('provider_unavailable', { detail: 'Stripe does not accept STRIPE_SECRET_KEY.' });
  if (error instanceof errors.StripeRateLimitError)
    return problem('provider_unavailable', { detail: 'Stripe asks for fewer requests.', headers: RETRY });
  if (error instanceof errors.StripeIdempotencyError || error.statusCode === 409)
    return problem('conflict', { detail: error.message, extensions: codesOf(error) });
  if (error.statusCode === 404)
    return problem('not_found', { detail: error.message, extensions: codesOf(error) });
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return problem('payment_refused', { detail: error.message, extensions: codesOf(error) });
  return problem('provider_unavailable', { detail: 'Stripe failed. Try again.', headers: RETRY });
}

const RETRY = { 'Retry-After': '2' };

/** Stripe's codes, by which front ends choose their words. */
function codesOf({ code, decline_code, param }: Stripe.errors.StripeError): Record<string, unknown> {
  return {
    ...(code === undefined ? {} : { stripe_code: code }),
    ...(decline_code === undefined ? {} : { decline_code }),
    ...(param === undefined ? {} : { param }),
  };
}

/** Whether Stripe has answered with a failure of its own that it remembers under the idempotency key. */
export function replaysFailure(error: unknown): boolean {
  return (
    error instanceof errors.StripeError &&
    (error.statusCode ?? 0) >= 500 &&
    error.headers?.['idempotent-replayed'] === 'true'
  );
}
