import type { Decision } from './charge.js';
import type { Policy } from './policies.js';
import type { Standing } from './window.js';

/** Names of the headers; pages of other origins may read them. */
export const RATE_LIMIT_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
] as const;

/** Whole seconds, never less than until the moment itself. */
const secondsOf = (ms: number) => Math.ceil(ms / 1000);

const remainingOf = ({ count }: Policy, { used }: Standing) => Math.max(0, count - used);

/**
 * What a client is told (draft-ietf-httpapi-ratelimit-headers, version 7): the tightest of its limits, when there is
 * more room in it again, and all that were counted.
 */
export function rateLimitHeaders(
  policies: readonly Policy[],
  { standings, refused }: Decision,
): Record<string, string> {
  let tightest = refused ?? 0;
  if (refused === undefined)
    policies.forEach((policy, at) => {
      if (remainingOf(policy, standings[at]) < remainingOf(policies[tightest], standings[tightest]))
        tightest = at;
    });
  const reset = String(secondsOf(standings[tightest].resetMs));
  return {
    'RateLimit-Limit': String(policies[tightest].count),
    'RateLimit-Remaining': String(remainingOf(policies[tightest], standings[tightest])),
    'RateLimit-Reset': reset,
    'RateLimit-Policy': policies.map(({ word }) => word).join(', '),
    ...(refused === undefined ? {} : { 'Retry-After': reset }),
  };
}
