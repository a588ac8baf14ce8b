import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { RunDto, RunLogsDto, RunsParametersDto } from './dto/run.dto.js';
import { Runs } from './runs/runs.service.js';

const ApiRun = () => ApiParam({ name: 'id', example: '4f0c3f5e-2c9c-4f0e-9a55-8f0d1b9a2e77' });

@ApiTags('execution')
@Access()
@Controller('service/execution/v1/runs')
export class RunsController {
  constructor(private readonly runs: Runs) {}

  @Get()
  @ApiOperation({ operationId: 'listRuns', summary: 'The runs that nobody waited for, the newest first' })
  @ApiOkResponse({ type: [RunDto] })
  @ApiProblems('validation_failed', 'database_unavailable')
  list(@Query() parameters: RunsParametersDto): Promise<RunDto[]> {
    return this.runs.list(parameters);
  }

  @Get(':id')
  @Access({ publishable: true })
  @ApiOperation({ operationId: 'getRun', summary: 'What became of a run' })
  @ApiRun()
  @ApiOkResponse({ type: RunDto })
  @ApiProblems('not_found', 'database_unavailable')
  get(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<RunDto> {
    return this.runs.get(id, caller);
  }

  @Get(':id/logs')
  @ApiOperation({ operationId: 'getRunLogs', summary: 'What a run printed, once it has ended' })
  @ApiRun()
  @ApiOkResponse({ type: RunLogsDto })
  @ApiProblems('not_found', 'database_unavailable')
  logs(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<RunLogsDto> {
    return this.runs.logs(id, caller);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Access({ publishable: true })
  @ApiOperation({ operationId: 'cancelRun', summary: 'End a run; one that has ended stays as it is' })
  @ApiRun()
  @ApiBody({ required: false, schema: { type: 'object', maxProperties: 0, example: {} } })
  @ApiOkResponse({ type: RunDto })
  @ApiProblems('not_found', 'database_unavailable')
  cancel(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<RunDto> {
    return this.runs.cancel(id, caller);
  }
}
