import type { Caller } from '../../../platform/security/caller.js';

/** Who asks which model, beside what is asked. */
export interface Ask {
  /** `models/…` or `openai/…`. */
  model: string;
  caller: Caller;
  /** The caller's own key at the provider. */
  key?: string;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}
