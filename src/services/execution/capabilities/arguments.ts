import { CoglexError } from '../../../platform/errors/coglex-error.js';

/** @throws CoglexError `validation_failed` */
export function textArgument(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw invalid(`${name} must be a text`);
}

/** @throws CoglexError `validation_failed` */
export function objectArgument(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(`${name} must be an object`);
}

export function invalid(detail: string): CoglexError {
  return new CoglexError('validation_failed', { detail });
}

/** What a function was not given. */
export function notGranted(what: string): CoglexError {
  return new CoglexError('forbidden', { detail: `The function is not granted ${what}.` });
}
