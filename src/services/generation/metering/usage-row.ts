/**
 * How a call ended.
 * - `done`: with an answer
 * - `blocked`: the provider read the prompt and did not answer for safety
 * - `cancelled`, `timeout`, `broken`: under way; the prompt counts at least, and what had come of the answer
 * - `lost`: the server died meanwhile; the prompt counts
 * - `cached`: from the response cache, without a call of the provider
 * - `failed`: the provider did nothing; counts nowhere
 */
export type UsageState =
  'done' | 'blocked' | 'cancelled' | 'timeout' | 'broken' | 'lost' | 'cached' | 'failed';

export type Operation = 'converse' | 'embed';

/** One call in `_USAGE`. */
export interface UsageRow {
  /** Id of the call: a second row for it is not possible. */
  _id: string;
  project: string;
  /** Id of the API key. */
  key: string | null;
  /** Id of the user. */
  user: string | null;
  model: string;
  operation: Operation;
  state: UsageState;
  /** Tokens of the prompt, those from the provider's cache included. */
  in: number;
  out: number;
  cached: number;
  /** US dollars. */
  cost: number;
  /** Milliseconds. */
  latency: number;
  /** Day of the end of the call, such as `2026-01-31` (UTC). */
  day: string;
  _inserted: Date;
}

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
