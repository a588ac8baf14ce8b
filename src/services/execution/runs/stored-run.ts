import type { Caller } from '../../../platform/security/caller.js';
import type { RunError } from '../worker/protocol.js';

/** What became of a run. */
export const RUN_STATES = ['queued', 'running', 'succeeded', 'failed', 'canceled'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What made a function run. */
export const RUN_CAUSES = ['invoke', 'schedule', 'event'] as const;
export type RunCause = (typeof RUN_CAUSES)[number];

/** A run that nobody waits for, in the system's `_RUNS`: any instance may run it. */
export interface StoredRun {
  _id: string;
  project: string;
  function: string;
  /** JSON text: names of fields that the caller chose are not the database's business. */
  parameters: string;
  cause: RunCause;
  /** How many runs led to this one by events. */
  depth: number;
  /** Id of the request that caused it. */
  request?: string;
  /** Who invoked it. */
  caller: Caller;
  state: RunState;
  version?: number;
  created: Date;
  started?: Date;
  finished?: Date;
  /** Until when the instance that runs it must have finished. */
  until?: Date;
  /** JSON text. */
  result?: string;
  error?: RunError;
  stdout?: string;
  stderr?: string;
  durationMs?: number;
  /** When it is forgotten. */
  expires: Date;
}
