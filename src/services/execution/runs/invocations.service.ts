import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { isTrusted, type Caller } from '../../../platform/security/caller.js';
import type { OutcomeDto } from '../dto/outcome.dto.js';
import { FunctionsRepository, type CurrentFunction } from '../functions/functions.repository.js';
import { noSuchFunction } from '../functions/functions.service.js';
import { FunctionRunner } from './function-runner.service.js';
import { RunQueue } from './run-queue.service.js';

/** Lets callers invoke the functions that they may invoke. */
@Injectable()
export class Invocations {
  constructor(
    private readonly functions: FunctionsRepository,
    private readonly runner: FunctionRunner,
    private readonly queue: RunQueue,
  ) {}

  /**
   * Runs a function and waits for it. What it printed is for those who may read its code.
   *
   * @throws CoglexError `not_found`, `token_required`, `validation_failed`, `too_many_requests`
   */
  async invoke(
    name: string,
    parameters: Record<string, unknown>,
    caller: Caller,
    signal?: AbortSignal,
  ): Promise<OutcomeDto> {
    const target = await this.find(name, caller);
    const outcome = await this.runner.run(target, parameters, { caller, signal });
    return isTrusted(caller) ? outcome : { ...outcome, stdout: '', stderr: '' };
  }

  /** Has a function run later. @returns the id of the run. @throws as {@link invoke} */
  async enqueue(name: string, parameters: Record<string, unknown>, caller: Caller): Promise<string> {
    const target = await this.find(name, caller);
    this.runner.checkParameters(target.definition.parameters, parameters);
    return this.queue.add({ function: target._id, parameters, caller, cause: 'invoke' });
  }

  /** A function that a caller may invoke. @throws CoglexError `not_found`, `token_required` */
  async find(name: string, caller: Caller): Promise<CurrentFunction> {
    const target = (await this.functions.find(name)) ?? noSuchFunction();
    if (isTrusted(caller) || target.definition.access === 'public') return target;
    // What only servers may invoke does not exist for others.
    if (target.definition.access === 'secret') return noSuchFunction();
    if (!caller.user)
      throw new CoglexError('token_required', { detail: 'The function is for signed-in users.' });
    return target;
  }
}
