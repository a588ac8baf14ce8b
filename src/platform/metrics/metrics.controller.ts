import { Controller, Get, Header, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../security/access.decorator.js';
import { MetricsGuard } from './metrics.guard.js';
import { Metrics } from './metrics.service.js';

@Controller('metrics')
@Public(
  'Scrapers send METRICS_KEY or come from METRICS_ALLOW; while neither is set, only this machine is answered',
)
@UseGuards(MetricsGuard)
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  // No SDK calls this, and its answer is no JSON.
  @ApiExcludeEndpoint()
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.metrics.contentType);
    return this.metrics.text();
  }
}
