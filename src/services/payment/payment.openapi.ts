import type { ErrorCode } from '../../platform/errors/catalogue.js';

/** What a call of Stripe can end in. */
export const STRIPE_PROBLEMS = [
  'payment_refused',
  'conflict',
  'not_configured',
  'provider_unavailable',
  'provider_timeout',
] as const satisfies readonly ErrorCode[];

/** The same with what is stored here. */
export const PAYMENT_PROBLEMS = [
  'validation_failed',
  'database_unavailable',
  ...STRIPE_PROBLEMS,
] as const satisfies readonly ErrorCode[];
