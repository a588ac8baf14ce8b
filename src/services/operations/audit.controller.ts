import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditTrails } from '../../platform/audit/audit-trails.service.js';
import { ApiProblems } from '../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../platform/security/access.decorator.js';
import { OperationsAuditDto, OperationsAuditParametersDto } from './dto/audit.dto.js';

/** `/service/operations/v1/audit`: the trails of all projects. */
@ApiTags('operations')
@Access({ user: 'none', root: true })
@Controller('service/operations/v1/audit')
export class OperationsAuditController {
  constructor(private readonly trails: AuditTrails) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listOperationsAudit',
    summary: 'See who did what, on what, from where, and what became of it',
    description: 'Of one project; what concerns the whole installation stands in the trail of `default`.',
  })
  @ApiOkResponse({ description: 'The last entries first', type: OperationsAuditDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  list(
    @Query() { project, from, to, on, ...asked }: OperationsAuditParametersDto,
  ): Promise<OperationsAuditDto> {
    return this.trails.page(
      { ...asked, from: dateOf(from), before: dateOf(to), on: thingOf(on), limit: asked.limit ?? 100 },
      project,
    );
  }
}

const dateOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

function thingOf(text: string | undefined): { type: string; id?: string } | undefined {
  if (text === undefined) return undefined;
  const [type, ...id] = text.split(':');
  return id.length === 0 ? { type } : { type, id: id.join(':') };
}
