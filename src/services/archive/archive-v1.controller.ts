import { Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { jsonForm } from '../../platform/database/query/json-form.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { NoParameters } from '../storage/index.js';
import { ApiDownload, ApiFiles, ApiUpload, DOWNLOADS, READS, UPLOADS } from './archive.openapi.js';
import { Downloads } from './download/downloads.service.js';
import { DeletedFileDto } from './dto/file.dto.js';
import { PageParametersDto } from './dto/parameters.dto.js';
import { shownFile } from './files/file.js';
import { Files } from './files/files.service.js';
import { Uploads } from './upload/uploads.service.js';

const ApiFileId = () =>
  ApiParam({ name: 'id', description: '`_id` of the file.', example: '65a1b2c3d4e5f60718293a4b' });

/** The paths of version 1.0, which do what the newer ones do. */
@ApiTags('archive')
@Access({ publishable: true })
@Controller('service/archive/v1')
export class ArchiveV1Controller {
  constructor(
    private readonly files: Files,
    private readonly uploads: Uploads,
    private readonly downloads: Downloads,
  ) {}

  @Get('list')
  @ApiOperation({ operationId: 'listFilesByVerb', summary: 'List files (path of version 1.0)' })
  @ApiFiles()
  @ApiProblems(...READS, 'query_refused', 'query_timeout', 'result_too_large', 'forbidden')
  async list(
    @CurrentCaller() caller: Caller,
    @Query() parameters: PageParametersDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const { files, total } = await this.files.list(caller, parameters);
    if (total !== undefined) void reply.header('X-Total-Count', total);
    return jsonForm(files.map(shownFile));
  }

  @Post('upload')
  @ApiOperation({ operationId: 'uploadFileByVerb', summary: 'Upload a file (path of version 1.0)' })
  @ApiUpload()
  @ApiProblems(...UPLOADS)
  async upload(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @NoParameters() _parameters: void,
  ): Promise<unknown> {
    return jsonForm(shownFile(await this.uploads.take(request, caller)));
  }

  @Get('download/:id')
  @ApiOperation({ operationId: 'downloadFileByVerb', summary: 'Download a file (path of version 1.0)' })
  @ApiFileId()
  @ApiDownload()
  @ApiProblems(...DOWNLOADS)
  async download(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @NoParameters() _parameters: void,
  ): Promise<void> {
    await this.downloads.send(request, reply, await this.files.get(caller, id), 'attachment');
  }

  @Delete('delete/:id')
  @ApiOperation({ operationId: 'deleteFileByVerb', summary: 'Delete a file (path of version 1.0)' })
  @ApiFileId()
  @ApiResponse({ status: 200, type: DeletedFileDto })
  @ApiProblems(...READS)
  async delete(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @NoParameters() _parameters: void,
  ): Promise<DeletedFileDto> {
    const { _id } = await this.files.delete(caller, id);
    return { deleted: true, file_id: _id, message: 'File deleted successfully' };
  }
}
