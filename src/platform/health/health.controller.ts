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
  @ApiOperation({ operationId: 'getHealth', summary: 'State of the server and of all its modules' })
  @ApiResponse({
    status: 200,
    type: HealthDto,
    description: 'It serves; `status` tells whether all of it does',
  })
  @ApiResponse({
    status: 503,
    type: HealthDto,
    description: 'Something is down that it cannot serve without',
  })
  async getHealth(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    return answer(reply, await this.health.check());
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
  async getReadiness(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    return answer(reply, await this.health.checkEssential());
  }
}

function answer(reply: FastifyReply, health: HealthDto): HealthDto {
  if (health.status === 'unhealthy') reply.status(HttpStatus.SERVICE_UNAVAILABLE);
  return health;
}
