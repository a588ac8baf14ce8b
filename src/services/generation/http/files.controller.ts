import { Controller, Delete, Get, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { readUpload } from '../../../platform/http/multipart/read-upload.js';
import type { IncomingFile } from '../../../platform/http/multipart/upload-form.js';
import { StreamedBody } from '../../../platform/http/streamed-body.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ListPageDto } from '../dto/conversation.dto.js';
import { DeletedEntriesDto } from '../dto/deleted-entries.dto.js';
import { FileAnswerDto, ModelFileDto, UploadFileDto } from '../dto/file.dto.js';
import { fileType } from '../files/file-types.js';
import { FilesService } from '../files/files.service.js';
import type { NewModelFile } from '../files/gemini-files.service.js';
import { ClientGone, Generator } from './generator.decorator.js';
import { PROVIDER_PROBLEMS } from './problems.js';
import { ApiProviderKey, checkProviderKey, ProviderKey } from './provider-key.decorator.js';

const NAME = { name: 'name', description: 'Name of the file, without `files/`.', example: 'abc123def456' };
const DEFAULT_LIMIT = 100;

/** `/service/generation/v1/file`: files that Gemini's models can read. */
@ApiTags('generation')
@Controller('service/generation/v1/file')
@Access({ publishable: true })
export class FilesController {
  constructor(
    private readonly files: FilesService,
    private readonly config: Config,
  ) {}

  @Post()
  @StreamedBody('multipart/form-data')
  @ApiOperation({
    operationId: 'uploadModelFile',
    summary: 'Send a file that models can read',
    description: 'Name its `fileUri` in the `fileData` of a message. The provider deletes it after two days.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: UploadFileDto })
  @ApiCreatedResponse({ type: FileAnswerDto })
  @ApiProblems(...PROVIDER_PROBLEMS, 'bad_request', 'body_too_large', 'unsupported_media_type')
  async upload(
    @Req() request: FastifyRequest,
    @Generator() caller: Caller,
    @ClientGone() signal: AbortSignal,
  ): Promise<FileAnswerDto> {
    const limits = { maxBytes: this.config.MAX_CONTENT_LENGTH, fields: ['key'] };
    const { file, fields } = await readUpload(request, limits, receive);
    const key = checkProviderKey(fields.get('key'));
    return { fileData: await this.files.upload(file, caller, key, signal) };
  }

  @Get()
  @ApiOperation({ operationId: 'listModelFiles', summary: 'List files that were sent, newest first' })
  @ApiOkResponse({ type: [ModelFileDto] })
  @ApiProblems('validation_failed', 'key_not_allowed', 'database_unavailable')
  list(@Generator() caller: Caller, @Query() page: ListPageDto): Promise<ModelFileDto[]> {
    const { skip = 0, limit = DEFAULT_LIMIT } = page;
    return this.files.list(caller, skip, limit);
  }

  @Get(':name')
  @ApiOperation({ operationId: 'getModelFile', summary: 'See whether a file is ready' })
  @ApiParam(NAME)
  @ApiProviderKey()
  @ApiOkResponse({ type: FileAnswerDto })
  @ApiProblems(...PROVIDER_PROBLEMS)
  async get(
    @Param('name') name: string,
    @Generator() caller: Caller,
    @ProviderKey() key: string | undefined,
    @ClientGone() signal: AbortSignal,
  ): Promise<FileAnswerDto> {
    return { fileData: await this.files.get(name, caller, key, signal) };
  }

  @Delete(':name')
  @ApiOperation({ operationId: 'deleteModelFile', summary: 'Delete a file at the provider' })
  @ApiParam(NAME)
  @ApiProviderKey()
  @ApiOkResponse({ type: DeletedEntriesDto })
  @ApiProblems(...PROVIDER_PROBLEMS)
  async delete(
    @Param('name') name: string,
    @Generator() caller: Caller,
    @ProviderKey() key: string | undefined,
    @ClientGone() signal: AbortSignal,
  ): Promise<DeletedEntriesDto> {
    await this.files.delete(name, caller, key, signal);
    return { deleted: 1 };
  }
}

/** Keeps the file in memory, which the limit of a body bounds: the provider asks for its size before its bytes. */
async function receive({ filename, mimetype, stream }: IncomingFile): Promise<NewModelFile> {
  const mimeType = fileType(filename, mimetype);
  const chunks: Buffer<ArrayBuffer>[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer<ArrayBuffer>>) chunks.push(chunk);
  const bytes = new Blob(chunks, { type: mimeType });
  if (bytes.size === 0)
    throw new CoglexError('validation_failed', {
      detail: 'The file is empty.',
      errors: [{ field: '/file', message: 'file must not be empty' }],
    });
  return { bytes, mimeType, displayName: filename.slice(0, 512) };
}
