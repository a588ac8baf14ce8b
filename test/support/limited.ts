import type { ApiAnswer, ApiClient, Problem } from './api-client.js';

/** The first proxy in front of a test application: what it says of addresses is believed. */
export const BEHIND_PROXY = { TRUST_PROXY: '127.0.0.1' };

/** The same client, calling from an address; needs {@link BEHIND_PROXY}. */
export const from = (address: string, client: ApiClient): ApiClient =>
  client.with({ 'x-forwarded-for': address });

/** A request that every client may make, and that costs nothing. */
export const knock = (client: ApiClient): Promise<ApiAnswer<Problem>> => client.get<Problem>('/health');

/** Statuses of some requests, one after the other. */
export async function statuses(times: number, ask: () => Promise<{ status: number }>): Promise<number[]> {
  const seen: number[] = [];
  for (let time = 0; time < times; time += 1) seen.push((await ask()).status);
  return seen;
}

/** What an answer says of limits; `undefined` for what it does not say. */
export function limitHeaders({ headers }: { headers: Headers }) {
  const get = (name: string) => headers.get(name) ?? undefined;
  return {
    limit: get('ratelimit-limit'),
    remaining: get('ratelimit-remaining'),
    reset: get('ratelimit-reset'),
    policy: get('ratelimit-policy'),
    retryAfter: get('retry-after'),
  };
}
