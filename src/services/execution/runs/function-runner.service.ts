import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { Capabilities } from '../capabilities/capabilities.service.js';
import type { OutcomeDto } from '../dto/outcome.dto.js';
import type { CurrentFunction } from '../functions/functions.repository.js';
import { Schemas } from '../functions/schemas.service.js';
import { Metering } from '../metering/metering.service.js';
import { Sandbox } from '../sandbox/sandbox.service.js';
import { exception } from '../worker/failures.js';
import { outcomeDto } from './outcome.js';

/** For whom and within what a function runs. */
export interface Occasion {
  caller: Caller;
  /** How many functions have invoked each other to get here; 0 for the first. */
  depth?: number;
  /** When the run must have ended, by `performance.now()`: that of the run which waits for it. */
  deadline?: number;
  signal?: AbortSignal;
}

/** Runs stored functions with what they are granted. Who may invoke them is decided before. */
@Injectable()
export class FunctionRunner {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly capabilities: Capabilities,
    private readonly schemas: Schemas,
    private readonly metering: Metering,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `validation_failed` for parameters that the function's schema refuses, `too_many_requests` */
  async run(
    { _id: name, definition }: CurrentFunction,
    parameters: Record<string, unknown>,
    occasion: Occasion,
  ): Promise<OutcomeDto> {
    this.checkParameters(definition.parameters, parameters);
    const { code, language, memory } = definition;
    const left = (occasion.deadline ?? Infinity) - performance.now();
    const timeout = Math.max(1, Math.min(definition.timeout, Math.floor(left)));
    const depth = occasion.depth ?? 0;
    const abort = new AbortController();
    const signal = occasion.signal ? AbortSignal.any([occasion.signal, abort.signal]) : abort.signal;
    const call = this.capabilities.of({
      grants: definition.grants,
      caller: occasion.caller,
      functionName: name,
      depth,
      deadline: performance.now() + timeout,
      signal,
      run: (target, given, inner) => this.run(target, given, inner),
    });
    try {
      const program = { code, language, parameters, timeout, memory };
      const outcome = await this.sandbox.run(program, { call, signal: occasion.signal }, depth > 0);
      this.metering.add(outcome);
      return this.checkResult(definition.returns, outcomeDto(outcome, this.config.MAX_JSON_DEPTH));
    } finally {
      // What the code did not wait for is no longer wanted.
      abort.abort();
    }
  }

  /** @throws CoglexError `validation_failed` */
  checkParameters(schema: Record<string, unknown> | null, parameters: Record<string, unknown>): void {
    if (!schema) return;
    const errors = this.schemas.of(schema, 'parameters').faults(parameters, '/parameters');
    if (errors.length > 0)
      throw new CoglexError('validation_failed', {
        detail: `${errors[0].field} ${errors[0].message}.`,
        errors,
      });
  }

  private checkResult(schema: Record<string, unknown> | null, outcome: OutcomeDto): OutcomeDto {
    if (!schema || outcome.error) return outcome;
    const [fault] = this.schemas.of(schema, 'returns').faults(outcome.result, '');
    if (!fault) return outcome;
    const error = exception(
      'ResultError',
      `The result is not what "returns" says: ${fault.field} ${fault.message}.`,
    );
    return { ...outcome, result: null, error };
  }
}
