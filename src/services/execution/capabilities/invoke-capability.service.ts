import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { FunctionsRepository } from '../functions/functions.repository.js';
import { notGranted, objectArgument, textArgument } from './arguments.js';
import type { AskingRun, CapabilityGroup } from './capability.js';

/** `coglex.invoke`: the functions that a function is granted, for the same caller. */
@Injectable()
export class InvokeCapability implements CapabilityGroup {
  /** A run lends its place to what it invokes, which is why that is one at a time. */
  private readonly turns = new WeakMap<AskingRun, Promise<unknown>>();

  constructor(
    private readonly functions: FunctionsRepository,
    private readonly config: Config,
  ) {}

  readonly handlers: CapabilityGroup['handlers'] = {
    invoke: (run, [name, parameters]) => {
      const target = textArgument(name, 'name');
      if (!run.grants.functions.includes(target)) throw notGranted(`the function ${target}`);
      if (run.depth >= this.config.EXECUTION_MAX_DEPTH)
        throw new CoglexError('unprocessable', {
          detail: `Functions may invoke each other ${this.config.EXECUTION_MAX_DEPTH} levels deep.`,
        });
      const turn = (this.turns.get(run) ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => this.invoke(run, target, objectArgument(parameters ?? {}, 'parameters')));
      this.turns.set(run, turn);
      return turn;
    },
  };

  private async invoke(run: AskingRun, name: string, parameters: Record<string, unknown>): Promise<unknown> {
    const target = await this.functions.find(name);
    if (!target) throw new CoglexError('not_found', { detail: `There is no function ${name}.` });
    if (run.signal.aborted) throw new CoglexError('request_timeout');
    const { caller, depth, deadline, signal } = run;
    const outcome = await run.run(target, parameters, { caller, depth: depth + 1, deadline, signal });
    if (outcome.error)
      throw new CoglexError('unprocessable', {
        detail: `${name}: ${outcome.error.type}: ${outcome.error.message}`,
      });
    return outcome.result;
  }
}
