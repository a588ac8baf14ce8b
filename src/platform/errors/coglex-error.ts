import { ERRORS, type ErrorCode } from './catalogue.js';

/** One bad field of a request. */
export interface FieldError {
  /** JSON Pointer (RFC 6901) into the body, or into the parameters of the path or the query. */
  field: string;
  message: string;
}

/** What an error may carry beside its code. */
export interface ErrorOptions {
  /** What went wrong this time, in a sentence that the caller may read. The catalogue's title by default. */
  detail?: string;
  errors?: FieldError[];
  /** Further members of the problem (RFC 9457, section 3.2). */
  extensions?: Record<string, unknown>;
  /** Response headers, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** The original error; logged, never sent. */
  cause?: unknown;
}

/**
 * The error that services throw. Everything it holds, but for `cause`, reaches the client.
 *
 * @example throw new CoglexError('not_found', { detail: 'There is no such document.' });
 */
export class CoglexError extends Error {
  override readonly name = 'CoglexError';
  readonly status: number;
  readonly detail: string;
  readonly errors?: FieldError[];
  readonly extensions?: Record<string, unknown>;
  readonly headers?: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    options: ErrorOptions = {},
  ) {
    super(options.detail ?? ERRORS[code].title, { cause: options.cause });
    this.status = ERRORS[code].status;
    this.detail = this.message;
    this.errors = options.errors;
    this.extensions = options.extensions;
    this.headers = options.headers;
  }
}
