import type { Standing, WindowRule } from './window.js';

/** One window that a request is counted in. */
export interface Charge {
  /** Name of the limit, such as `ip`. */
  limit: string;
  /** Whom the window belongs to. */
  subject: string;
  rule: WindowRule;
  /** Whether it is counted, or only asked whether there is room. */
  take: boolean;
}

/** What came of a request. */
export interface Decision {
  /** Which charge there was no room for; of several the one that takes longest. Nothing has then been counted. */
  refused?: number;
  /** Whether this refusal was the last that the rule of bans had room for. */
  banned: boolean;
  /** When it was decided, on the clock of the store, in milliseconds. */
  at: number;
  /** How the windows stand now, in the order of the charges. */
  standings: Standing[];
}
