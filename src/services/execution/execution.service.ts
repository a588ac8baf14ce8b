import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { Caller } from '../../platform/security/caller.js';
import type { ExecuteDto } from './dto/execute.dto.js';
import type { OutcomeDto } from './dto/outcome.dto.js';
import { outcomeDto } from './runs/outcome.js';
import { checkedProgram } from './runs/program-limits.js';
import { Sandbox } from './sandbox/sandbox.service.js';

/** Runs code that comes with the request. */
@Injectable()
export class ExecutionService {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `validation_failed`, `too_many_requests`; what the code throws is in the outcome */
  async execute(dto: ExecuteDto, _caller: Caller): Promise<OutcomeDto> {
    const program = { ...checkedProgram(dto, this.config), parameters: dto.parameters ?? {} };
    const outcome = await this.sandbox.run(program, {
      call: ({ call }) =>
        Promise.resolve({
          kind: 'answer',
          call,
          error: { code: 'forbidden', message: 'Only stored functions can be granted anything.' },
        }),
    });
    return outcomeDto(outcome, this.config.MAX_JSON_DEPTH);
  }
}
