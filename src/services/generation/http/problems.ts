/** What every call of a provider can end with. */
export const PROVIDER_PROBLEMS = [
  'validation_failed',
  'key_not_allowed',
  'not_found',
  'unprocessable',
  'provider_key_invalid',
  'provider_quota',
  'client_gone',
  'database_unavailable',
  'service_unavailable',
  'provider_unavailable',
  'provider_timeout',
] as const;

/** What every call of a model can end with. */
export const MODEL_PROBLEMS = [
  ...PROVIDER_PROBLEMS,
  'blocked_by_safety',
  'context_too_long',
  'quota_exceeded',
  'too_many_requests',
] as const;
