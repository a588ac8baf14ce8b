import type { Caller } from '../../../platform/security/caller.js';
import type { Grants } from '../functions/function-definition.js';
import type { CurrentFunction } from '../functions/functions.repository.js';
import type { OutcomeDto } from '../dto/outcome.dto.js';
import type { Occasion } from '../runs/function-runner.service.js';

/** The run that asks for something. */
export interface AskingRun {
  grants: Grants;
  /** Who invoked the function. */
  caller: Caller;
  functionName: string;
  /** How many functions have invoked each other to get here. */
  depth: number;
  /** When it must have ended, by `performance.now()`. */
  deadline: number;
  /** Aborted when the run has ended. */
  signal: AbortSignal;
  /** Runs another function for it. */
  run: (
    target: CurrentFunction,
    parameters: Record<string, unknown>,
    occasion: Occasion,
  ) => Promise<OutcomeDto>;
}

/** Part of the `coglex` module: its functions by their names, such as `storage.find`. */
export interface CapabilityGroup {
  handlers: Record<string, (run: AskingRun, args: unknown[]) => Promise<unknown>>;
}

/** The caller under whose rules a grant works. */
export function callerOf(run: AskingRun, as: 'caller' | 'function'): Caller {
  if (as === 'caller') return run.caller;
  return { key: { id: `function:${run.functionName}`, type: 'secret' }, address: run.caller.address };
}
