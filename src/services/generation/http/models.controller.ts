import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import type { Caller } from '../../../platform/security/caller.js';
import { EmbedAnswerDto, EmbedDto, ListedModelDto, TokensAnswerDto, TokensDto } from '../dto/models.dto.js';
import { ModelsService } from '../models.service.js';
import { ClientGone, Generator } from './generator.decorator.js';
import { MODEL_PROBLEMS, PROVIDER_PROBLEMS } from './problems.js';

/** `/service/generation/v1`: tokens, vectors and the list of models. */
@ApiTags('generation')
@Controller('service/generation/v1')
@Access({ publishable: true })
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Post('tokens')
  @HttpCode(200)
  @ApiOperation({ operationId: 'countTokens', summary: 'Count tokens, and what they would cost' })
  @ApiOkResponse({ type: TokensAnswerDto })
  @ApiProblems(...PROVIDER_PROBLEMS, 'too_many_requests')
  tokens(
    @Body() body: TokensDto,
    @Generator() caller: Caller,
    @ClientGone() signal: AbortSignal,
  ): Promise<TokensAnswerDto> {
    return this.models.tokens(body, caller, signal);
  }

  @Post('embed')
  @HttpCode(200)
  @ApiOperation({ operationId: 'embed', summary: 'Turn texts into vectors' })
  @ApiOkResponse({ type: EmbedAnswerDto })
  @ApiProblems(...MODEL_PROBLEMS)
  async embed(
    @Body() body: EmbedDto,
    @Generator() caller: Caller,
    @ClientGone() signal: AbortSignal,
  ): Promise<EmbedAnswerDto> {
    const vectors = await this.models.embed(body, caller, signal);
    return { embeddings: vectors.map((values) => ({ values })) };
  }

  @Get('models')
  @ApiOperation({ operationId: 'listModels', summary: 'List the models of all providers' })
  @ApiOkResponse({ type: [ListedModelDto] })
  @ApiProblems(...PROVIDER_PROBLEMS)
  list(@Generator() _caller: Caller, @ClientGone() signal: AbortSignal): Promise<ListedModelDto[]> {
    return this.models.list(signal);
  }
}
