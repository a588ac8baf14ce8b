import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Audit } from '../../../platform/audit/audit.service.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { NoStore } from '../no-store.decorator.js';
import { AuditListDto, AuditParametersDto } from './dto/users.dto.js';

/** The trail of security events: for secret keys alone. */
@ApiTags('operators')
@Controller('service/auth/v1/audit')
@Access({ user: 'none' })
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Get()
  @NoStore()
  @ApiOperation({ operationId: 'listAudit', summary: 'List security events of accounts' })
  @ApiOkResponse({ description: 'The newest first', type: AuditListDto })
  @ApiProblems('validation_failed', 'database_unavailable')
  async list(@Query() { user, what, before, limit = 100 }: AuditParametersDto): Promise<AuditListDto> {
    const until = before === undefined ? undefined : new Date(before);
    return { entries: await this.audit.find({ user, what, before: until, limit, order: 'time' }) };
  }
}
