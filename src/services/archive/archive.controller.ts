import { Controller, Delete, Get, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { jsonForm } from '../../platform/database/query/json-form.js';
import { CheckedBody } from '../../platform/http/checked-body.decorator.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../platform/security/caller.js';
import { NoParameters } from '../storage/index.js';
import {
  ApiDownload,
  ApiFiles,
  ApiReference,
  ApiUpload,
  DOWNLOADS,
  READS,
  UPLOADS,
} from './archive.openapi.js';
import { UpdateFileDto } from './dto/bodies.dto.js';
import { DeletedFileDto, FileDto } from './dto/file.dto.js';
import { DownloadParametersDto, PageParametersDto } from './dto/parameters.dto.js';
import { shownFile } from './files/file.js';
import { FileUpdates } from './files/file-updates.service.js';
import { Files } from './files/files.service.js';
import { Deliveries } from './images/deliveries.service.js';
import { Uploads } from './upload/uploads.service.js';

/** Files as they are kept and found since version 1.2. */
@ApiTags('archive')
@Access({ publishable: true })
@Controller('service/archive/v1')
export class ArchiveController {
  constructor(
    private readonly files: Files,
    private readonly uploads: Uploads,
    private readonly updates: FileUpdates,
    private readonly deliveries: Deliveries,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listFiles', summary: 'List files' })
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

  @Post()
  @ApiOperation({
    operationId: 'uploadFile',
    summary: 'Upload a file in one request',
    description:
      'The file streams; what it is is found out by looking at it. Larger files, and those on bad networks, go to `/resumable`.',
  })
  @ApiUpload()
  @ApiProblems(...UPLOADS)
  async upload(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @NoParameters() _parameters: void,
  ): Promise<unknown> {
    return jsonForm(shownFile(await this.uploads.take(request, caller)));
  }

  @Get(':reference')
  @ApiOperation({
    operationId: 'downloadFile',
    summary: 'Download a file',
    description:
      'Files come as attachments, unless the server has found them to be of a type that is harmless to show. Images can be had in other sizes and formats. HEAD answers with the headers alone.',
  })
  @ApiReference()
  @ApiDownload()
  @ApiProblems(...DOWNLOADS, 'image_refused')
  async download(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Param('reference') reference: string,
    @Query() { disposition = 'inline', ...image }: DownloadParametersDto,
  ): Promise<void> {
    await this.deliveries.send(request, reply, await this.files.get(caller, reference), disposition, image);
  }

  @Patch(':reference')
  @ApiOperation({ operationId: 'updateFile', summary: 'Change the metadata of a file' })
  @ApiReference()
  @ApiBody({ type: UpdateFileDto })
  @ApiResponse({ status: 200, type: FileDto })
  @ApiProblems(...READS, 'update_refused', 'forbidden', 'result_too_large')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('reference') reference: string,
    @CheckedBody(UpdateFileDto) { document }: UpdateFileDto,
    @NoParameters() _parameters: void,
  ): Promise<unknown> {
    return jsonForm(shownFile(await this.updates.update(caller, reference, document)));
  }

  @Delete(':reference')
  @ApiOperation({ operationId: 'deleteFile', summary: 'Delete a file' })
  @ApiReference()
  @ApiResponse({ status: 200, type: DeletedFileDto })
  @ApiProblems(...READS)
  async delete(
    @CurrentCaller() caller: Caller,
    @Param('reference') reference: string,
    @NoParameters() _parameters: void,
  ): Promise<DeletedFileDto> {
    const { _id } = await this.files.delete(caller, reference);
    return { deleted: true, file_id: _id, message: 'File deleted successfully' };
  }
}
