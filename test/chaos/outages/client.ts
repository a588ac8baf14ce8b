import { SECRET } from './installation.ts';

/** A request is given up after this, in milliseconds; nothing may take as long. */
const GIVE_UP_MS = 30_000;

const PROBLEM = 'application/problem+json';

/** What became of a request. */
export interface Outcome {
  /**
   * - `done`: as when nothing is wrong
   * - `refused`: a 503 as it should be: a problem document with its code, and `Retry-After`
   * - `wrong`: anything else
   */
  result: 'done' | 'refused' | 'wrong';
  status: number;
  /** What was wrong. */
  detail: string;
  body: unknown;
}

export interface Call {
  method?: string;
  path: string;
  /** Sent as JSON unless it is a form. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The answer is bytes. */
  bytes?: boolean;
  /** Statuses beside 2xx that are an answer as well. */
  also?: number[];
}

/** Sends one request, never fails. */
export async function send(url: string, call: Call): Promise<Outcome> {
  const isForm = call.body instanceof FormData;
  try {
    const response = await fetch(url + call.path, {
      method: call.method ?? (call.body === undefined ? 'GET' : 'POST'),
      headers: {
        'x-api-key': SECRET,
        ...(call.body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: isForm
        ? (call.body as FormData)
        : call.body === undefined
          ? undefined
          : JSON.stringify(call.body),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    const { status } = response;
    if (response.ok || call.also?.includes(status)) {
      const body: unknown = call.bytes ? Buffer.from(await response.arrayBuffer()) : await response.json();
      return { result: 'done', status, detail: '', body };
    }
    const text = await response.text();
    const isRefusal =
      status === 503 &&
      (response.headers.get('content-type')?.startsWith(PROBLEM) ?? false) &&
      /^\d+$/.test(response.headers.get('retry-after') ?? '') &&
      typeof (JSON.parse(text) as { code?: string }).code === 'string';
    const detail = `${status} ${text.slice(0, 200)}`;
    return { result: isRefusal ? 'refused' : 'wrong', status, detail, body: undefined };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return {
      result: 'wrong',
      status: 0,
      detail: `${message} ${cause?.message ?? ''}`.trim(),
      body: undefined,
    };
  }
}
