import { Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { jsonForm } from '../../platform/database/query/json-form.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { CheckedBody, RawBody } from '../../platform/http/checked-body.decorator.js';
import { CollectionPipe } from './collection.pipe.js';
import { DocumentWriter } from './document-writer.service.js';
import { DeletedDto, InsertedDto, PatchedDto } from './dto/answers.dto.js';
import { AggregateDto, DeleteManyDto, UpdateManyDto, UpdateOneDto } from './dto/bodies.dto.js';
import { DeleteParametersDto, FindParametersDto, KeysParameterDto } from './dto/parameters.dto.js';
import { NewDocumentsPipe, type NewDocuments } from './new-documents.pipe.js';
import { NoParameters } from './no-parameters.decorator.js';
import {
  ApiCollection,
  ApiDocument,
  ApiDocumentId,
  ApiDocuments,
  ApiNewDocuments,
  ApiPipelineResult,
  EXTENDED_JSON,
  QUERIES,
} from './storage.openapi.js';
import { StorageService } from './storage.service.js';

const ALWAYS = [
  'validation_failed',
  'not_found',
  'conflict',
  'decryption_failed',
  'encryption_key_missing',
  'database_unavailable',
] as const;
const READS = [
  ...ALWAYS,
  'nested_too_deep',
  'forbidden_key',
  'query_refused',
  'query_timeout',
  'result_too_large',
] as const;
const WRITES = [...ALWAYS, 'malformed_json', 'nested_too_deep', 'forbidden_key', 'body_too_large'] as const;

@ApiTags('storage')
@Access({ publishable: true })
@Controller('service/storage/v1')
export class StorageController {
  constructor(
    private readonly storage: StorageService,
    private readonly writer: DocumentWriter,
  ) {}

  @Post(':collection')
  @ApiOperation({
    operationId: 'insertDocuments',
    summary: 'Insert one document or many',
    description: `Documents are stored in order; the first that is refused ends the insert, and the answer tells its \`index\` and the ids that were \`inserted\` before it. ${EXTENDED_JSON}`,
  })
  @ApiCollection()
  @ApiNewDocuments()
  @ApiResponse({ status: 201, type: InsertedDto, description: 'All documents are stored' })
  @ApiProblems(...WRITES, 'document_refused', 'forbidden', 'duplicate_key')
  async insert(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @RawBody(new NewDocumentsPipe()) documents: NewDocuments,
    @NoParameters() _parameters: void,
  ): Promise<InsertedDto> {
    const ids = await this.writer.insert(caller, collection, documents);
    return { inserted: ids.length, ids };
  }

  @Get(':collection')
  @ApiOperation({
    operationId: 'findDocuments',
    summary: 'Find documents',
    description: `${QUERIES} ${EXTENDED_JSON}`,
  })
  @ApiCollection()
  @ApiDocuments()
  @ApiProblems(...READS)
  async find(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @Query() parameters: FindParametersDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { documents, total } = await this.storage.find(caller, collection, parameters);
    if (total !== undefined) void reply.header('X-Total-Count', total);
    return jsonForm(documents);
  }

  @Get(':collection/:id')
  @ApiOperation({ operationId: 'getDocument', summary: 'Get one document by its id' })
  @ApiCollection()
  @ApiDocumentId()
  @ApiDocument()
  @ApiProblems(...READS)
  async findOne(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @Param('id') id: string,
    @Query() { keys }: KeysParameterDto,
  ): Promise<unknown> {
    return jsonForm(await this.storage.findOne(caller, collection, id, keys));
  }

  @Patch(':collection/:id')
  @ApiOperation({
    operationId: 'updateDocument',
    summary: 'Update one document by its id',
    description: `The server notes the time in \`_patched\`. ${EXTENDED_JSON}`,
  })
  @ApiCollection()
  @ApiDocumentId()
  @ApiBody({ type: UpdateOneDto })
  @ApiResponse({ status: 200, type: PatchedDto })
  @ApiProblems(...WRITES, 'update_refused', 'document_refused', 'forbidden', 'duplicate_key')
  async updateOne(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @Param('id') id: string,
    @CheckedBody(UpdateOneDto) { document }: UpdateOneDto,
    @NoParameters() _parameters: void,
  ): Promise<PatchedDto> {
    return this.writer.updateOne(caller, collection, id, document);
  }

  @Patch(':collection')
  @ApiOperation({
    operationId: 'updateDocuments',
    summary: 'Update all documents that match a query',
    description: `${QUERIES} ${EXTENDED_JSON}`,
  })
  @ApiCollection()
  @ApiBody({ type: UpdateManyDto })
  @ApiResponse({ status: 200, type: PatchedDto })
  @ApiProblems(
    ...WRITES,
    'query_required',
    'query_refused',
    'update_refused',
    'document_refused',
    'forbidden',
    'duplicate_key',
    'result_too_large',
    'query_timeout',
  )
  async updateMany(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @CheckedBody(UpdateManyDto) { query, document }: UpdateManyDto,
    @NoParameters() _parameters: void,
  ): Promise<PatchedDto> {
    return this.writer.updateMany(caller, collection, query, document);
  }

  @Delete(':collection/:id')
  @ApiOperation({ operationId: 'deleteDocument', summary: 'Delete one document by its id' })
  @ApiCollection()
  @ApiDocumentId()
  @ApiResponse({ status: 200, type: DeletedDto })
  @ApiProblems(...ALWAYS)
  async deleteOne(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @Param('id') id: string,
    @NoParameters() _parameters: void,
  ): Promise<DeletedDto> {
    return { deleted: await this.storage.deleteOne(caller, collection, id) };
  }

  @Delete(':collection')
  @ApiOperation({
    operationId: 'deleteDocuments',
    summary: 'Delete all documents that match a query',
    description: QUERIES,
  })
  @ApiCollection()
  @ApiBody({ type: DeleteManyDto, required: false })
  @ApiResponse({ status: 200, type: DeletedDto })
  @ApiProblems(...WRITES, 'query_required', 'query_refused', 'query_timeout')
  async deleteMany(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @CheckedBody(DeleteManyDto) body: DeleteManyDto,
    @Query() parameters: DeleteParametersDto,
  ): Promise<DeletedDto> {
    const deleted = await this.storage.deleteMany(caller, collection, {
      parsed: body.query,
      text: parameters.query,
    });
    return { deleted };
  }

  @Post(':collection/aggregate')
  @Access({ publishable: true, action: 'read' })
  @HttpCode(200)
  @ApiOperation({
    operationId: 'aggregateDocuments',
    summary: 'Run an aggregation pipeline',
    description: `Pipelines read and reshape: \`$out\`, \`$merge\` and stages that look into the server are refused, as are computed regular expressions. ${QUERIES}`,
  })
  @ApiCollection()
  @ApiBody({ type: AggregateDto })
  @ApiPipelineResult()
  @ApiProblems(...WRITES, 'query_refused', 'query_timeout', 'result_too_large')
  async aggregate(
    @CurrentCaller() caller: Caller,
    @Param('collection', CollectionPipe) collection: string,
    @CheckedBody(AggregateDto) { pipeline }: AggregateDto,
    @NoParameters() _parameters: void,
  ): Promise<unknown> {
    return jsonForm(await this.storage.aggregate(caller, collection, pipeline));
  }
}
