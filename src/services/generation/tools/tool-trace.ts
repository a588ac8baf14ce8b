/** One tool that was run. */
export interface TraceEntry {
  /** Which call of the model asked for it, from 1 on. */
  step: number;
  name: string;
  args: Record<string, unknown>;
  /** What it gave; absent when it failed. */
  response?: unknown;
  /** Why it failed. */
  error?: string;
  /** How long it ran, in milliseconds. */
  ms: number;
}

/** By what a run was ended before the model was done. */
export type RunStop = 'steps' | 'time' | 'tokens';
