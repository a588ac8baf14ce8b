import { Body, Controller, Get, Header, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audit } from '../../../platform/audit/audit.service.js';
import { LogLevelBoard, type LevelState } from '../../../platform/logging/levels/log-level-board.service.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { LogLevelsDto, SetLogLevelDto } from './log-levels.dto.js';

/** `/service/operations/v1/log-levels`: how loud which part of the server is. */
@ApiTags('operations')
@Access({ user: 'none', root: true })
@Controller('service/operations/v1/log-levels')
export class LogLevelsController {
  constructor(
    private readonly board: LogLevelBoard,
    private readonly audit: Audit,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'getLogLevels',
    summary: 'See the levels of the log, and which modules there are',
  })
  @ApiOkResponse({ type: LogLevelsDto })
  @ApiProblems('database_unavailable')
  async get(): Promise<LogLevelsDto> {
    return viewOf(await this.board.state());
  }

  @Put()
  @ApiOperation({
    operationId: 'setLogLevel',
    summary: 'Make a part of the server louder or quieter for a while',
    description:
      'On every instance: at once on those that share Redis, on others within 5 seconds. It holds after a restart as well, and ends by itself.',
  })
  @ApiOkResponse({ description: 'All levels as they are now', type: LogLevelsDto })
  @ApiProblems('validation_failed', 'not_found', 'unprocessable', 'database_unavailable')
  async set(@Body() { module, level, seconds = 3600 }: SetLogLevelDto): Promise<LogLevelsDto> {
    const before = await this.board.set(module, level, seconds);
    await this.audit.record('log_level.changed', {
      on: { type: 'log_level', id: module },
      detail: { level, from: before?.level ?? null, ...(level === null ? {} : { seconds }) },
    });
    return viewOf(await this.board.state());
  }
}

function viewOf({ default: usual, levels, modules }: LevelState): LogLevelsDto {
  return {
    default: usual,
    levels: levels.map(({ _id, level, until }) => ({ module: _id, level, until })),
    modules,
  };
}
