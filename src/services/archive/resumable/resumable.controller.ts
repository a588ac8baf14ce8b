import { Controller, Delete, Get, Options, Param, Patch, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StreamedBody } from '../../../platform/http/streamed-body.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access, Public } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import { READS, UPLOADS } from '../archive.openapi.js';
import { UploadProgressDto } from './upload-progress.dto.js';
import { TusService } from './tus.service.js';
import { ResumableUploads } from './resumable-uploads.service.js';

const OFFSET_OCTETS = 'application/offset+octet-stream';

const ApiUploadId = () =>
  ApiParam({ name: 'id', description: '`_id` of the file to be.', example: '65a1b2c3d4e5f60718293a4b' });
const ApiVersion = () =>
  ApiHeader({ name: 'Tus-Resumable', required: true, schema: { type: 'string', enum: ['1.0.0'] } });
const ApiBytes = (required: boolean) =>
  ApiBody({ required, schema: { type: 'string', format: 'binary' }, description: 'Bytes of the file' });

/** Uploads that survive bad networks: the protocol TUS 1.0 (https://tus.io), for any of its clients. */
@ApiTags('archive')
@Access({ publishable: true, action: 'write' })
@Controller('service/archive/v1/resumable')
export class ResumableController {
  constructor(
    private readonly tus: TusService,
    private readonly uploads: ResumableUploads,
  ) {}

  @Options()
  @Public('Tells only what of the protocol is spoken')
  @ApiOperation({ operationId: 'describeResumableUploads', summary: 'Tell what of TUS is spoken' })
  @ApiResponse({ status: 204, description: 'In the headers' })
  async describe(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.tus.answer(request, reply, { address: request.address });
  }

  @Post()
  @StreamedBody(OFFSET_OCTETS)
  @ApiConsumes(OFFSET_OCTETS)
  @ApiOperation({
    operationId: 'beginResumableUpload',
    summary: 'Begin a resumable upload',
    description:
      'Upload-Metadata holds `filename`, `filetype` and `metadata` (JSON). Location is where bytes go.',
  })
  @ApiVersion()
  @ApiHeader({ name: 'Upload-Length', required: true, schema: { type: 'integer' } })
  @ApiHeader({ name: 'Upload-Metadata', required: false, schema: { type: 'string' } })
  @ApiBytes(false)
  @ApiResponse({
    status: 201,
    description: 'The upload has begun',
    headers: { Location: { description: 'Where its bytes go', schema: { type: 'string' } } },
  })
  @ApiProblems(...UPLOADS, 'precondition_failed')
  async begin(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
  ): Promise<void> {
    await this.tus.answer(request, reply, caller);
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getResumableUpload',
    summary: 'Tell how far a resumable upload is',
    description: 'HEAD is what TUS asks; its answer stands in the headers.',
  })
  @ApiUploadId()
  @ApiResponse({ status: 200, type: UploadProgressDto })
  @ApiProblems(...READS, 'gone', 'precondition_failed')
  async progress(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
  ): Promise<void> {
    if (request.method === 'HEAD') return this.tus.answer(request, reply, caller, id);
    const { _id, offset, length, until } = await this.uploads.get(caller, id);
    void reply.send({ id: _id, offset, length, complete: offset === length, expires_at: until });
  }

  @Patch(':id')
  @StreamedBody(OFFSET_OCTETS)
  @ApiConsumes(OFFSET_OCTETS)
  @ApiOperation({ operationId: 'continueResumableUpload', summary: 'Send bytes of a resumable upload' })
  @ApiUploadId()
  @ApiVersion()
  @ApiHeader({ name: 'Upload-Offset', required: true, schema: { type: 'integer' } })
  @ApiBytes(true)
  @ApiResponse({ status: 204, description: 'The bytes are durable' })
  @ApiProblems(...UPLOADS, 'conflict', 'gone', 'precondition_failed')
  async continue(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
  ): Promise<void> {
    await this.tus.answer(request, reply, caller, id);
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'abandonResumableUpload', summary: 'Throw a resumable upload away' })
  @ApiUploadId()
  @ApiVersion()
  @ApiResponse({ status: 204, description: 'The upload is gone' })
  @ApiProblems(...READS, 'bad_request', 'gone', 'precondition_failed')
  async abandon(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
  ): Promise<void> {
    await this.tus.answer(request, reply, caller, id);
  }
}
