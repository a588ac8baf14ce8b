/** What a provider answered instead of a result. */
export interface Failure {
  /** HTTP status; absent when there was no answer at all. */
  status?: number;
  /** The provider's own code, such as `context_length_exceeded` or `INVALID_ARGUMENT`. */
  code?: string;
  message: string;
  /** Seconds after which it may be tried again. */
  retryAfter?: number;
}

const MAX_MESSAGE = 500;

/**
 * The error that drivers work with inside, and that the log shows as a cause. The errors of the SDKs themselves go no
 * further than their driver: they carry requests, with headers and keys.
 */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  readonly status?: number;
  readonly code?: string;
  readonly retryAfter?: number;

  /** @param secrets keys that some servers say back in their messages */
  constructor({ status, code, message, retryAfter }: Failure, secrets: readonly (string | undefined)[] = []) {
    super(scrub(message, secrets).slice(0, MAX_MESSAGE));
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

function scrub(message: string, secrets: readonly (string | undefined)[]): string {
  return secrets.reduce<string>(
    (text, secret) => (secret ? text.replaceAll(secret, '[redacted]') : text),
    message,
  );
}

/** Seconds of a `Retry-After` header: a number, or a date. */
export function parseRetryAfter(header: string | null | undefined, now = Date.now()): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
