import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import { GenerationTools, type GenerationTool } from '../generation/index.js';
import { Invocations } from './runs/invocations.service.js';

/** Lets models run stored functions that their caller may invoke. */
@Injectable()
export class FunctionTools {
  constructor(
    tools: GenerationTools,
    private readonly invocations: Invocations,
  ) {
    tools.register({ find: (name, caller) => this.find(name, caller) });
  }

  private async find(name: string, caller: Caller): Promise<GenerationTool | undefined> {
    try {
      await this.invocations.find(name, caller);
    } catch (error) {
      if (error instanceof CoglexError && ['not_found', 'token_required'].includes(error.code))
        return undefined;
      throw error;
    }
    return {
      run: async (parameters, { caller: invoker, signal }) => {
        const { result, error } = await this.invocations.invoke(name, parameters, invoker, signal);
        if (error) throw new CoglexError('unprocessable', { detail: `${error.type}: ${error.message}` });
        return result;
      },
    };
  }
}
