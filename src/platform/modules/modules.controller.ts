import { Controller, Get, HttpStatus, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CoglexError } from '../errors/coglex-error.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';
import { Public } from '../security/access.decorator.js';
import { ModuleRegistry } from './module-registry.service.js';
import { ModuleStates, overallState, type ModuleStatus } from './module-states.service.js';
import { ModuleHealthDto, ModulesStatusDto, type ModuleStatusDto } from './module-status.dto.js';

@ApiTags('health')
@Controller('modules')
@Public('Monitors ask without a key; the answers hold names and states, and nothing of what stands behind')
export class ModulesController {
  constructor(
    private readonly registry: ModuleRegistry,
    private readonly states: ModuleStates,
  ) {}

  @Get('status')
  @ApiOperation({ operationId: 'getModulesStatus', summary: 'Modules, their dependencies and states' })
  @ApiResponse({ status: 200, type: ModulesStatusDto })
  async getModulesStatus(): Promise<ModulesStatusDto> {
    const statuses = await this.states.of();
    const modules = statuses.map((status) => statusDto(status, statuses));
    return { status: overallState(statuses), timestamp: new Date().toISOString(), modules };
  }

  @Get(':key/health')
  @ApiOperation({ operationId: 'getModuleHealth', summary: 'State of one module' })
  @ApiParam({ name: 'key', example: 'database', description: 'Key of the module' })
  @ApiResponse({ status: 200, type: ModuleHealthDto, description: 'It works, or is not configured' })
  @ApiResponse({ status: 503, type: ModuleHealthDto, description: 'It is down' })
  @ApiProblems('not_found')
  async getModuleHealth(
    @Param('key') key: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ModuleHealthDto> {
    if (!this.registry.get(key)) throw new CoglexError('not_found', { detail: 'There is no such module.' });
    const statuses = await this.states.of([key]);
    // What it stands on comes before it.
    const status = statuses[statuses.length - 1];
    if (status.state === 'unhealthy') reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    const { details } = status;
    return {
      ...statusDto(status, statuses),
      timestamp: new Date().toISOString(),
      ...(details ? { details } : {}),
    };
  }
}

function statusDto({ module, state, durationMs }: ModuleStatus, all: ModuleStatus[]): ModuleStatusDto {
  const { key, title, driver, essential = false, needs = [], uses = [] } = module;
  const statesOf = (keys: readonly string[]) =>
    Object.fromEntries(
      all.filter((other) => keys.includes(other.module.key)).map((other) => [other.module.key, other.state]),
    );
  return {
    key,
    title,
    state,
    ...(driver === undefined ? {} : { driver }),
    essential,
    dependencies: statesOf(needs),
    optional: statesOf(uses),
    ...(durationMs === undefined ? {} : { durationMs }),
  };
}
