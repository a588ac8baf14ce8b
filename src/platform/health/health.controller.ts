import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../security/access.decorator.js';
import { HealthDto, LivenessDto } from './health.dto.js';
import { HealthService } from './health.service.js';

@ApiTags('health')
@Controller('health')
@Public('Load balancers and orchestrators ask without a key; the answer holds nothing but up or down')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @ApiOperation({ operationId: 'getHealth', summary: 'State of the server and of what it stands on' })
  @ApiResponse({ status: 200, type: HealthDto, description: 'Every part is up' })
  @ApiResponse({ status: 503, type: HealthDto, description: 'A part is down' })
  getHealth(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    return this.answer(reply);
  }

  @Get('live')
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process answers' })
  @ApiResponse({ status: 200, type: LivenessDto, description: 'It answers' })
  getLiveness(): LivenessDto {
    return { status: 'healthy' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether requests can be served' })
  @ApiResponse({ status: 200, type: HealthDto, description: 'They can' })
  @ApiResponse({ status: 503, type: HealthDto, description: 'The database is away' })
  getReadiness(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    return this.answer(reply, ['database']);
  }

  private async answer(reply: FastifyReply, parts?: string[]): Promise<HealthDto> {
    const health = await this.health.check(parts);
    if (health.status !== 'healthy') reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return health;
  }
}
