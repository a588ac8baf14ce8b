/** How a module does. What is not configured harms nobody. */
export type ModuleState = 'healthy' | 'degraded' | 'unhealthy' | 'not_configured';

/** State of a module, and what else is worth to be known of it. Everybody may read it: no addresses, no texts of errors. */
export interface ModuleReport {
  state: ModuleState;
  details?: Record<string, unknown>;
}

/**
 * Finds the state of a module; a rejection means `unhealthy`. Nobody waits for longer than {@link PROBE_MS}.
 *
 * @param signal ends when nobody waits any more
 */
export type ModuleProbe = (signal: AbortSignal) => Promise<ModuleState | ModuleReport>;

/** What a module tells of itself. */
export interface ModuleDefinition {
  /** In words with `_`, as it stands in paths. */
  key: string;
  /** For people. */
  title: string;
  /** Which of several ways does the work, such as `embedded` or `s3`. */
  driver?: string;
  /** Keys of the modules without which this one can do nothing: it is never better than they are. */
  needs?: readonly string[];
  /** Keys of the modules without which it goes on, in part or slower: it is then `degraded`. */
  uses?: readonly string[];
  /** Whether the server cannot serve without it: `/health` then answers 503. */
  essential?: boolean;
  /** How long an answer of the probe holds, in milliseconds: others count what they are asked. Not at all by default. */
  freshMs?: number;
  /** Without one, the module is as healthy as what it needs. */
  probe?: ModuleProbe;
}

/** Longest wait for a probe, in milliseconds; orchestrators give up sooner than drivers do. */
export const PROBE_MS = 1800;
