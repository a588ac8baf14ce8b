import { withoutUndefined } from '../content/without-undefined.js';
import { parseRetryAfter, ProviderFailure, type Failure } from './provider-failure.js';

/** Most that is read of an error answer, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;

type Secrets = readonly (string | undefined)[];

/**
 * `fetch` for the SDKs: everything but success is thrown as a {@link ProviderFailure}, for their own errors lose the
 * headers that matter (`Retry-After`) and keep those that must not be kept (the key).
 *
 * @param signal ends the requests, where an SDK takes none of its own
 */
export function providerFetch(secrets: Secrets, signal?: AbortSignal): typeof fetch {
  return async (input, init) => {
    let response: Response;
    try {
      response = await fetch(input, signal ? { ...init, signal } : init);
    } catch (error) {
      throw networkFailure(error, secrets);
    }
    if (response.ok) return response;
    const text = await readSome(response).catch(() => '');
    throw new ProviderFailure(
      {
        status: response.status,
        retryAfter: parseRetryAfter(response.headers.get('retry-after')),
        ...withoutUndefined(parseErrorBody(text)),
      },
      secrets,
    );
  };
}

/** What somebody's error says: `{"error": {…}}`, the same in a list, or plain text. */
export function parseErrorBody(text: string): Omit<Failure, 'status'> & { status?: number } {
  const error = errorMember(text);
  if (error === undefined) return { message: text.trim() === '' ? 'no message' : text };
  if (typeof error === 'string') return { message: error };
  const { message, code, status, type, details } = error;
  return {
    message: typeof message === 'string' ? message : JSON.stringify(error),
    code: [reasonOf(details), status, code, type].find((word) => typeof word === 'string'),
    retryAfter: retryDelayOf(details),
  };
}

/** A request that got no answer, or lost it on the way. */
export function networkFailure(error: unknown, secrets: Secrets): ProviderFailure {
  const { cause, message } = error instanceof Error ? error : new Error(String(error));
  const reason =
    cause instanceof Error ? ('code' in cause && String(cause.code)) || cause.message : undefined;
  return new ProviderFailure({ message: [message, reason].filter(Boolean).join(': ') }, secrets);
}

type ErrorMember = Record<string, unknown>;

function errorMember(text: string): ErrorMember | string | undefined {
  try {
    const parsed = JSON.parse(text) as unknown;
    const body = (Array.isArray(parsed) ? parsed[0] : parsed) as {
      error?: ErrorMember | string;
      message?: string;
    };
    return body?.error ?? body?.message;
  } catch {
    return undefined;
  }
}

/** Gemini hides the delay in a list of details: `{"@type": "…RetryInfo", "retryDelay": "34.5s"}`. */
function retryDelayOf(details: unknown): number | undefined {
  const delay = memberOf(details, 'retryDelay');
  return delay?.endsWith('s') ? parseRetryAfter(delay.slice(0, -1)) : undefined;
}

const reasonOf = (details: unknown) => memberOf(details, 'reason');

function memberOf(details: unknown, name: string): string | undefined {
  if (!Array.isArray(details)) return undefined;
  return (details as (ErrorMember | null)[])
    .map((detail) => detail?.[name])
    .find((value): value is string => typeof value === 'string');
}

async function readSome(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (!response.body) return '';
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_ERROR_BYTES) break;
  }
  return Buffer.concat(chunks).toString();
}
