import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audit } from '../../../platform/audit/audit.service.js';
import { EncryptionJob } from '../../../platform/encryption/encryption-job.service.js';
import { EncryptionOverview } from '../../../platform/encryption/encryption-overview.service.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import { EncryptionDto } from './encryption.dto.js';

/** `/service/operations/v1/encryption`: the keys of encrypted fields, and their rotation. */
@ApiTags('operations')
@Controller('service/operations/v1/encryption')
@Access({ user: 'none', root: true })
export class EncryptionController {
  constructor(
    private readonly overview: EncryptionOverview,
    private readonly job: EncryptionJob,
    private readonly audit: Audit,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'getEncryption',
    summary: 'Keys of encrypted fields that are needed, and how far documents are',
    description: 'Of all projects. It shows ids of keys alone.',
  })
  @ApiOkResponse({ description: 'Keys and progress', type: EncryptionDto })
  @ApiProblems('database_unavailable')
  async get(): Promise<EncryptionDto> {
    const { done, left, failed, ...rest } = await this.overview.all();
    return { ...rest, documents: { done, left, failed } };
  }

  @Post('rotate')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'rotateEncryption',
    summary: 'Encrypt all values with the current key',
    description:
      'In the background, in all projects. Set `ENCRYPTION_KEYS` with the new key in front on every instance first; a key that is no longer in use can be taken away. Asked for again, it begins again.',
  })
  @ApiAcceptedResponse({ description: 'It has begun', type: EncryptionDto })
  @ApiProblems('database_unavailable')
  async rotate(@CurrentCaller() caller: Caller): Promise<EncryptionDto> {
    await this.job.rotate();
    const overview = await this.get();
    const key = overview.keys.find(({ current }) => current)?.id;
    await this.audit.record('encryption.rotated', { caller, detail: { key } });
    return overview;
  }
}
