import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { TakesRawBody } from '../../platform/http/raw-body.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access, Public } from '../../platform/security/access.decorator.js';
import { EventParametersDto, ReceivedDto, StripeEventDto } from './dto/events.dto.js';
import { StripeEventsService } from './events/stripe-events.service.js';

/** Webhooks of Stripe, and what became of them. */
@ApiTags('payment')
@Access()
@Controller('service/payment/v1')
export class StripeEventsController {
  constructor(private readonly events: StripeEventsService) {}

  @Post('webhook')
  @HttpCode(200)
  @Public('Stripe calls it; its signature over the body stands in for a key')
  @TakesRawBody()
  @ApiOperation({
    operationId: 'receiveStripeWebhook',
    summary: 'Take an event from Stripe',
    description: 'It is stored once before the answer, and processed after it.',
  })
  @ApiHeader({ name: 'Stripe-Signature', required: true, schema: { type: 'string' } })
  @ApiResponse({ status: 200, type: ReceivedDto, description: 'It is stored' })
  @ApiProblems(
    'signature_invalid',
    'malformed_json',
    'nested_too_deep',
    'forbidden_key',
    'validation_failed',
    'not_configured',
    'database_unavailable',
  )
  receive(
    @Body() body: Buffer | undefined,
    @Headers('stripe-signature') signature: string | undefined,
  ): Promise<ReceivedDto> {
    return this.events.receive(body, signature);
  }

  @Get('events')
  @ApiOperation({
    operationId: 'listStripeEvents',
    summary: 'See which events came, and what became of them',
  })
  @ApiResponse({ status: 200, type: [StripeEventDto] })
  @ApiProblems('validation_failed', 'database_unavailable')
  list(@Query() parameters: EventParametersDto): Promise<StripeEventDto[]> {
    return this.events.list(parameters);
  }

  @Post('events/:id/replay')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'replayStripeEvent',
    summary: 'Process an event again',
    description:
      'The ledger does not change twice; listeners hear of it again under the same ids. An event that never came is fetched from Stripe.',
  })
  @ApiParam({ name: 'id', description: 'Stripe’s `evt_…`', example: 'evt_1234567890' })
  @ApiResponse({ status: 200, type: StripeEventDto, description: 'It will be processed in a moment' })
  @ApiProblems(
    'not_found',
    'database_unavailable',
    'not_configured',
    'provider_unavailable',
    'provider_timeout',
  )
  replay(@Param('id') id: string): Promise<StripeEventDto> {
    return this.events.replay(id);
  }
}
