import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { ReplayedDto, ReplayRangeDto, TestedDto } from './dto/delivery.dto.js';
import {
  CreatedEndpointDto,
  CreateEndpointDto,
  EndpointDto,
  RotatedSecretDto,
  UpdateEndpointDto,
} from './dto/endpoint.dto.js';
import { Endpoints } from './endpoints/endpoints.service.js';
import { DeliveryLog } from './outbox/delivery-log.service.js';

const NO_STORE = ['Cache-Control', 'no-store'] as const;

/** `/service/webhook/v1/endpoints`: who is told of events. */
@ApiTags('webhook')
@Access()
@Controller('service/webhook/v1/endpoints')
export class EndpointsController {
  constructor(
    private readonly endpoints: Endpoints,
    private readonly log: DeliveryLog,
  ) {}

  @Post()
  @Header(...NO_STORE)
  @ApiOperation({
    operationId: 'createWebhookEndpoint',
    summary: 'Tell an address of events from now on',
    description: 'Messages are signed as Standard Webhooks has it, with the secret in the answer.',
  })
  @ApiResponse({
    status: 201,
    type: CreatedEndpointDto,
    description: 'The only time that the secret is shown',
  })
  @ApiProblems('validation_failed', 'url_refused', 'query_refused', 'unprocessable', 'database_unavailable')
  create(@Body() body: CreateEndpointDto): Promise<CreatedEndpointDto> {
    return this.endpoints.create(body);
  }

  @Get()
  @ApiOperation({ operationId: 'listWebhookEndpoints', summary: 'See who is told of events' })
  @ApiResponse({ status: 200, type: [EndpointDto] })
  @ApiProblems('database_unavailable')
  list(): Promise<EndpointDto[]> {
    return this.endpoints.list();
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getWebhookEndpoint', summary: 'Get an endpoint' })
  @ApiResponse({ status: 200, type: EndpointDto })
  @ApiProblems('not_found', 'database_unavailable')
  get(@Param('id') id: string): Promise<EndpointDto> {
    return this.endpoints.get(id);
  }

  @Patch(':id')
  @ApiOperation({ operationId: 'updateWebhookEndpoint', summary: 'Change an endpoint, or enable it again' })
  @ApiResponse({ status: 200, type: EndpointDto })
  @ApiProblems('validation_failed', 'url_refused', 'query_refused', 'not_found', 'database_unavailable')
  update(@Param('id') id: string, @Body() body: UpdateEndpointDto): Promise<EndpointDto> {
    return this.endpoints.update(id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteWebhookEndpoint',
    summary: 'Remove an endpoint, and what waits for it',
  })
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiProblems('not_found', 'database_unavailable')
  delete(@Param('id') id: string): Promise<void> {
    return this.endpoints.delete(id);
  }

  @Post(':id/secret')
  @HttpCode(200)
  @Header(...NO_STORE)
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Replace the secret of an endpoint',
    description: 'Both secrets sign for 24 hours.',
  })
  @ApiResponse({ status: 200, type: RotatedSecretDto, description: 'The only time that the secret is shown' })
  @ApiProblems('not_found', 'database_unavailable')
  rotate(@Param('id') id: string): Promise<RotatedSecretDto> {
    return this.endpoints.rotate(id);
  }

  @Post(':id/test')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'testWebhookEndpoint',
    summary: 'Send a test message now, and see how it went',
  })
  @ApiResponse({ status: 200, type: TestedDto, description: 'How it went, which may be badly' })
  @ApiProblems('not_found', 'database_unavailable')
  test(@Param('id') id: string): Promise<TestedDto> {
    return this.log.test(id);
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ operationId: 'replayWebhooks', summary: 'Send the messages of a span of time again' })
  @ApiResponse({ status: 200, type: ReplayedDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  async replay(@Param('id') id: string, @Body() body: ReplayRangeDto): Promise<ReplayedDto> {
    return { replayed: await this.log.replayRange(id, body) };
  }
}
