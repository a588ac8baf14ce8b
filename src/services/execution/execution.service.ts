import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import type { ExecuteDto } from './dto/execute.dto.js';
import type { OutcomeDto } from './dto/outcome.dto.js';
import { Metering } from './metering/metering.service.js';
import { outcomeDto } from './runs/outcome.js';
import { checkedProgram } from './runs/program-limits.js';
import { Sandbox } from './sandbox/sandbox.service.js';
import type { AnswerMessage, CallMessage } from './worker/protocol.js';

/** Runs code that comes with the request. It is granted nothing. */
@Injectable()
export class ExecutionService {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly metering: Metering,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `validation_failed`, `too_many_requests`; what the code throws is in the outcome */
  async execute(dto: ExecuteDto, signal: AbortSignal): Promise<OutcomeDto> {
    const program = { ...checkedProgram(dto, this.config), parameters: dto.parameters ?? {} };
    const outcome = await this.sandbox.run(program, { call: refuse, signal });
    this.metering.add(outcome);
    return outcomeDto(outcome, this.config.MAX_JSON_DEPTH);
  }
}

const refuse = ({ call }: CallMessage): Promise<AnswerMessage> =>
  Promise.resolve({
    kind: 'answer',
    call,
    error: { code: 'forbidden', message: 'Only stored functions can be granted anything.' },
  });
