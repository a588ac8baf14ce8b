import type { RunError } from '../worker/protocol.js';

/** How a run ended. */
export interface RunOutcome {
  /** JSON; absent when there is an error. */
  result?: string;
  error?: RunError;
  stdout: string;
  stderr: string;
  /** Time from the start of the code to its end, in milliseconds. */
  durationMs: number;
  /** Time on the processor, in milliseconds. */
  cpuMs: number;
  /** Most memory that the interpreter had, in MiB. */
  memory: number;
}
