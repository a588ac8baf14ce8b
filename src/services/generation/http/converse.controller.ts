import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import type { Caller } from '../../../platform/security/caller.js';
import type { ConverseAnswer } from '../converse/converse-answer.js';
import { ConverseService } from '../converse/converse.service.js';
import { ConverseAnswerDto } from '../dto/converse-answer.dto.js';
import { ConverseDto } from '../dto/converse.dto.js';
import { ClientGone, Generator } from './generator.decorator.js';
import { MODEL_PROBLEMS } from './problems.js';
import { EVENT_STREAM_HEADERS, toEventStream } from './server-sent-events.js';
import { openEvents } from './stream-events.js';

/** `/service/generation/v1/converse`: answers of models, at once or in pieces. */
@ApiTags('generation')
@Controller('service/generation/v1/converse')
@Access({ publishable: true })
export class ConverseController {
  constructor(
    private readonly service: ConverseService,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(ConverseController.name);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'converse',
    summary: 'Ask a model',
    description:
      'One form for all models: `model` alone says which provider answers. A publishable key needs a user. The header `X-Cache` says whether the answer came from the cache.',
  })
  @ApiOkResponse({ type: ConverseAnswerDto })
  @ApiProblems(...MODEL_PROBLEMS, 'conversation_full', 'output_invalid')
  async converse(
    @Body() body: ConverseDto,
    @Generator() caller: Caller,
    @ClientGone() signal: AbortSignal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ConverseAnswer> {
    const { answer, cached } = await this.service.converse(body, caller, signal);
    if (body.cache) void reply.header('X-Cache', cached ? 'hit' : 'miss');
    return answer;
  }

  @Post('stream')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'converseStream',
    summary: 'Ask a model, and read its answer as it comes',
    description:
      'Server-sent events: each `data` is a piece of the answer. What goes wrong before the first piece has its status; after it the stream ends with `event: error` and the problem as data. With `runTools` a last `event: trace` tells what was run.',
  })
  @ApiOkResponse({
    description: 'Pieces of the answer',
    content: {
      'text/event-stream': {
        schema: { type: 'string' },
        example:
          'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Paris"}]},"finishReason":"STOP"}]}\n\n',
      },
    },
  })
  @ApiProblems(...MODEL_PROBLEMS, 'conversation_full', 'output_invalid')
  async stream(
    @Body() body: ConverseDto,
    @Generator() caller: Caller,
    @ClientGone() signal: AbortSignal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const pieces = this.service.stream(body, caller, signal);
    const events = await openEvents(pieces, request.id, (error) => {
      this.logger.warn({ err: error }, 'A streamed answer ended with an error');
    });
    await reply.headers(EVENT_STREAM_HEADERS).send(toEventStream(events));
  }
}
