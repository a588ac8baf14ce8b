import type { Dispatcher } from 'undici';

/** One request of a chain of redirects. */
export interface Hop {
  url: string;
  method?: Dispatcher.HttpMethod;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Headers that are meant for one host, and not for another that it names. */
const PERSONAL = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key']);
/** Headers that describe a body. */
const OF_BODY = new Set(['content-type', 'content-length', 'content-encoding']);

/** The request that an answer redirects to, as the Fetch standard has it; `undefined` when it does not. */
export function nextHop(hop: Hop, status: number, location: string | string[] | undefined): Hop | undefined {
  if (!REDIRECTS.has(status) || typeof location !== 'string' || !URL.canParse(location, hop.url))
    return undefined;
  const url = new URL(location, hop.url);
  const { method = 'GET' } = hop;
  const becomesGet = status === 303 ? method !== 'HEAD' : status <= 302 && method === 'POST';
  const leaves = url.origin !== new URL(hop.url).origin;
  const headers = Object.entries(hop.headers ?? {}).filter(([name]) => {
    const lower = name.toLowerCase();
    return !(leaves && PERSONAL.has(lower)) && !(becomesGet && OF_BODY.has(lower));
  });
  return {
    url: url.href,
    method: becomesGet ? 'GET' : method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : hop.body,
  };
}
