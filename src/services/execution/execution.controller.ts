import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { ClientSignal } from './client-signal.decorator.js';
import { ExecuteDto } from './dto/execute.dto.js';
import { OutcomeDto } from './dto/outcome.dto.js';
import { UsageDto, UsageParametersDto } from './dto/usage.dto.js';
import { ExecutionService } from './execution.service.js';
import { Metering } from './metering/metering.service.js';

@ApiTags('execution')
@Access()
@Controller('service/execution/v1')
export class ExecutionController {
  constructor(
    private readonly execution: ExecutionService,
    private readonly metering: Metering,
  ) {}

  @Post('execute')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'executeCode',
    summary: 'Run code in a sandbox',
    description:
      'Top-level `await` is allowed. Exceptions of the code and limits that it meets are in `error`, with status 200. Code that comes with a request is granted nothing; stored functions can be.',
  })
  @ApiOkResponse({ type: OutcomeDto })
  @ApiProblems('validation_failed', 'too_many_requests', 'service_unavailable')
  execute(@Body() body: ExecuteDto, @ClientSignal() signal: AbortSignal): Promise<OutcomeDto> {
    return this.execution.execute(body, signal);
  }

  @Get('usage')
  @ApiOperation({ operationId: 'getExecutionUsage', summary: 'What the project has run' })
  @ApiOkResponse({ type: UsageDto })
  @ApiProblems('validation_failed', 'database_unavailable')
  usage(@Query() days: UsageParametersDto): Promise<UsageDto> {
    return this.metering.usage(days);
  }
}
