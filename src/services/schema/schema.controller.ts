import { Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CheckedBody } from '../../platform/http/checked-body.decorator.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { DeclaredCollectionPipe } from './declared-collection.pipe.js';
import { DeclarationDto, DeclarationsDto, DeclaredDto, RemovedDto } from './dto/declaration.dto.js';
import { DecisionDto, TryRuleDto } from './dto/try.dto.js';
import { RuleTrial } from './rule-trial.service.js';
import { SchemaService } from './schema.service.js';

const ApiCollection = () =>
  ApiParam({
    name: 'collection',
    description:
      'A collection of documents; `_ARCHIVE` for the rules of files; `_USERS`, or another collection of accounts, for their rules and encrypted fields.',
    example: 'notes',
  });

/** `/service/schema/v1`: what collections are like, and who may do what with them. */
@ApiTags('schemas')
@Access()
@Controller('service/schema/v1')
export class SchemaController {
  constructor(
    private readonly schemas: SchemaService,
    private readonly trial: RuleTrial,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listSchemas', summary: 'List what is declared' })
  @ApiOkResponse({ type: DeclarationsDto })
  @ApiProblems('database_unavailable')
  async list(): Promise<DeclarationsDto> {
    return { schemas: await this.schemas.list() };
  }

  @Get(':collection')
  @ApiOperation({ operationId: 'getSchema', summary: 'Get what is declared for a collection' })
  @ApiCollection()
  @ApiOkResponse({ type: DeclaredDto })
  @ApiProblems('not_found', 'database_unavailable')
  get(@Param('collection', DeclaredCollectionPipe) collection: string): Promise<DeclaredDto> {
    return this.schemas.get(collection);
  }

  @Put(':collection')
  @ApiOperation({
    operationId: 'putSchema',
    summary: 'Declare a collection',
    description:
      'Replaces the whole declaration; every instance goes by it within 3 seconds. A schema that stored documents do not fulfil is refused, unless `validate` is `new`.',
  })
  @ApiCollection()
  @ApiBody({ type: DeclarationDto })
  @ApiOkResponse({ type: DeclaredDto })
  @ApiProblems(
    'validation_failed',
    'malformed_json',
    'nested_too_deep',
    'forbidden_key',
    'rule_refused',
    'schema_refused',
    'query_refused',
    'document_refused',
    'not_found',
    'schema_conflict',
    'conflict',
    'decryption_failed',
    'encryption_key_missing',
    'unprocessable',
    'database_unavailable',
  )
  put(
    @Param('collection', DeclaredCollectionPipe) collection: string,
    @CheckedBody(DeclarationDto) body: DeclarationDto,
  ): Promise<DeclaredDto> {
    return this.schemas.put(collection, body);
  }

  @Delete(':collection')
  @ApiOperation({
    operationId: 'deleteSchema',
    summary: 'Forget what is declared for a collection',
    description:
      'Its documents stay, for secret keys alone; indexes that were declared are removed, and encrypted fields are decrypted in the background.',
  })
  @ApiCollection()
  @ApiOkResponse({ type: RemovedDto })
  @ApiProblems('not_found', 'conflict', 'database_unavailable')
  async remove(@Param('collection', DeclaredCollectionPipe) collection: string): Promise<RemovedDto> {
    await this.schemas.remove(collection);
    return { deleted: 1 };
  }

  @Post(':collection/try')
  @HttpCode(200)
  @Access({ action: 'read' })
  @ApiOperation({
    operationId: 'tryRule',
    summary: 'Explain a decision',
    description:
      'Tells whether somebody with a publishable key could do something, and which rule decides. Nothing is changed. With a `query`: whether a document that matches it is within reach. With a `document`: whether it would be admitted.',
  })
  @ApiCollection()
  @ApiBody({ type: TryRuleDto })
  @ApiOkResponse({ type: DecisionDto })
  @ApiProblems(
    'validation_failed',
    'malformed_json',
    'query_refused',
    'document_refused',
    'not_found',
    'conflict',
    'encryption_key_missing',
    'database_unavailable',
  )
  try(
    @Param('collection', DeclaredCollectionPipe) collection: string,
    @CheckedBody(TryRuleDto) body: TryRuleDto,
    @CurrentCaller() { address }: Caller,
  ): Promise<DecisionDto> {
    return this.trial.decide(collection, body, address);
  }
}
