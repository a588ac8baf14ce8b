import { ERRORS } from './catalogue.js';
import type { CoglexError } from './coglex-error.js';
import type { ProblemDto } from './problem.dto.js';

/** Media type of every error answer (RFC 9457). */
export const PROBLEM_JSON = 'application/problem+json';

/** The body of an error answer. */
export function problemOf(error: CoglexError, requestId: string): ProblemDto {
  return {
    ...error.extensions,
    type: `urn:coglex:problem:${error.code}`,
    title: ERRORS[error.code].title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  };
}
