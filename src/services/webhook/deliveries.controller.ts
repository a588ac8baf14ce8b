import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { DeliveryDto, DeliveryParametersDto, DeliveryWithBodyDto } from './dto/delivery.dto.js';
import { DeliveryLog } from './outbox/delivery-log.service.js';

/** `/service/webhook/v1/deliveries`: what became of each message. */
@ApiTags('webhook')
@Access()
@Controller('service/webhook/v1/deliveries')
export class DeliveriesController {
  constructor(private readonly log: DeliveryLog) {}

  @Get()
  @ApiOperation({
    operationId: 'listWebhookDeliveries',
    summary: 'See what was sent, with status and latency of each try',
  })
  @ApiResponse({ status: 200, type: [DeliveryDto] })
  @ApiProblems('validation_failed', 'database_unavailable')
  list(@Query() parameters: DeliveryParametersDto): Promise<DeliveryDto[]> {
    return this.log.list(parameters);
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhookDelivery', summary: 'Get a delivery, with the body that is sent' })
  @ApiResponse({ status: 200, type: DeliveryWithBodyDto })
  @ApiProblems('not_found', 'database_unavailable')
  get(@Param('id') id: string): Promise<DeliveryWithBodyDto> {
    return this.log.get(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ operationId: 'replayWebhook', summary: 'Send a message again, under the same id' })
  @ApiResponse({ status: 200, type: DeliveryDto })
  @ApiProblems('not_found', 'database_unavailable')
  replay(@Param('id') id: string): Promise<DeliveryDto> {
    return this.log.replay(id);
  }
}
