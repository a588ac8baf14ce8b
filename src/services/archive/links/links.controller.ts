import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { jsonForm } from '../../../platform/database/query/json-form.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access, Public } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import { CheckedBody } from '../../../platform/http/checked-body.decorator.js';
import { NoParameters } from '../../storage/index.js';
import { ApiDownload, ApiReference, ApiUpload, DOWNLOADS, READS, UPLOADS } from '../archive.openapi.js';
import { Deliveries } from '../images/deliveries.service.js';
import { shownFile } from '../files/file.js';
import { FileMetadata } from '../upload/metadata.service.js';
import { cleanFileName } from '../upload/file-name.js';
import { DownloadLinkDto, LinkDto, LinkedDownloadDto, LinkTokenDto, UploadLinkDto } from './link.dto.js';
import { Links } from './links.service.js';

/** Links that work without a key. */
@ApiTags('archive')
@Access({ publishable: true })
@Controller('service/archive/v1')
export class LinksController {
  constructor(
    private readonly links: Links,
    private readonly deliveries: Deliveries,
    private readonly metadata: FileMetadata,
  ) {}

  @Post(':reference/link')
  @Access({ publishable: true, action: 'read' })
  @ApiOperation({
    operationId: 'createDownloadLink',
    summary: 'Make a link that downloads a file without a key',
    description: 'It works until it expires or the file is deleted.',
  })
  @ApiReference()
  @ApiBody({ type: DownloadLinkDto, required: false })
  @ApiResponse({ status: 201, type: LinkDto })
  @ApiProblems(...READS)
  toDownload(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @Param('reference') reference: string,
    @CheckedBody(DownloadLinkDto) { expires_in: expiresIn, disposition }: DownloadLinkDto,
    @NoParameters() _parameters: void,
  ): Promise<LinkDto> {
    return this.links.toDownload(request, caller, reference, { expiresIn, disposition });
  }

  @Post('link')
  @ApiOperation({
    operationId: 'createUploadLink',
    summary: 'Make a link that takes one upload without a key',
    description: 'It takes one form like `POST /`, once.',
  })
  @ApiBody({ type: UploadLinkDto, required: false })
  @ApiResponse({ status: 201, type: LinkDto })
  @ApiProblems('validation_failed', 'forbidden', 'document_refused', 'database_unavailable')
  toUpload(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @CheckedBody(UploadLinkDto) { expires_in, filename, metadata, max_size, types }: UploadLinkDto,
    @NoParameters() _parameters: void,
  ): Promise<LinkDto> {
    return this.links.toUpload(request, caller, expires_in, {
      ...(filename === undefined ? {} : { filename: cleanFileName(filename) }),
      ...(metadata === undefined ? {} : { metadata: this.metadata.check(metadata) }),
      ...(max_size === undefined ? {} : { maxBytes: max_size }),
      ...(types === undefined ? {} : { types }),
    });
  }

  @Get('link')
  @Public('The link is signed, for one file and a time')
  @ApiOperation({ operationId: 'downloadLinkedFile', summary: 'Download the file of a link' })
  @ApiDownload()
  @ApiProblems(...DOWNLOADS, 'image_refused')
  async download(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() { token, ...image }: LinkedDownloadDto,
  ): Promise<void> {
    const { file, disposition } = await this.links.file(token);
    await this.deliveries.send(request, reply, file, disposition, image);
  }

  @Post('link/upload')
  @Public('The link is signed, for one upload and a time')
  @ApiOperation({ operationId: 'uploadLinkedFile', summary: 'Upload the file of a link' })
  @ApiUpload()
  @ApiProblems(...UPLOADS, 'gone')
  async upload(@Req() request: FastifyRequest, @Query() { token }: LinkTokenDto): Promise<unknown> {
    return jsonForm(shownFile(await this.links.take(request, token)));
  }
}
