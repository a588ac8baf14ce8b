/** Whose calls a limit counts. */
export type LimitScope = 'key' | 'user' | 'project';

export type LimitPeriod = 'day' | 'month';

/** What is counted; `cost` in US dollars. */
export interface Amounts {
  requests: number;
  tokens: number;
  cost: number;
}

export const DIMENSIONS = ['requests', 'tokens', 'cost'] as const;

export const NOTHING: Readonly<Amounts> = { requests: 0, tokens: 0, cost: 0 };

/** A limit as it is stored, together with what is used up of it. */
export interface Limit extends Partial<Amounts> {
  /** {@link limitId} */
  _id: string;
  scope: LimitScope;
  id: string;
  period: LimitPeriod;
  /** The day or the month that `used` is about, such as `2026-01-31` or `2026-01` (UTC). */
  window: string;
  /** What ended calls used, and what those under way hold. */
  used: Amounts;
  _inserted: Date;
  _patched?: Date;
}

/** What a call under way holds of a limit. */
export interface Hold {
  limit: string;
  window: string;
  held: Amounts;
}

export const limitId = (scope: LimitScope, id: string, period: LimitPeriod): string =>
  `${scope}:${period}:${id}`;

/** The day, or the month, in which a moment lies (UTC). */
export function windowOf(period: LimitPeriod, at: Date): string {
  return at.toISOString().slice(0, period === 'day' ? 10 : 7);
}

/** When the window ends, and the limit is whole again. */
export function endOfWindow(period: LimitPeriod, at: Date): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  return new Date(period === 'day' ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1));
}
