import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import type { Caller } from '../../../platform/security/caller.js';
import { DeletedEntriesDto } from '../dto/deleted-entries.dto.js';
import {
  LimitDto,
  LimitNameDto,
  LimitStateDto,
  ModelUsageParametersDto,
  UsageRowDto,
} from '../dto/usage.dto.js';
import { LimitSettings, type LimitState } from '../limits/limit-settings.service.js';
import { UsageReports } from '../metering/usage-reports.service.js';
import type { UsageSum } from '../metering/usage.repository.js';
import { Generator } from './generator.decorator.js';

/** `/service/generation/v1`: what was used, and what may be used. */
@ApiTags('generation')
@Controller('service/generation/v1')
@Access()
export class UsageController {
  constructor(
    private readonly reports: UsageReports,
    private readonly limits: LimitSettings,
  ) {}

  @Get('usage')
  @Access({ publishable: true })
  @ApiOperation({
    operationId: 'getGenerationUsage',
    summary: 'Add up tokens and cost',
    description: 'With a user token: what this user used.',
  })
  @ApiOkResponse({ type: [UsageRowDto] })
  @ApiProblems('validation_failed', 'key_not_allowed', 'result_too_large', 'database_unavailable')
  usage(@Query() parameters: ModelUsageParametersDto, @Generator() caller: Caller): Promise<UsageSum[]> {
    return this.reports.report(caller, parameters);
  }

  @Put('limits')
  @ApiOperation({
    operationId: 'putGenerationLimit',
    summary: 'Limit what a key, a user or the project may use',
    description:
      'A limit that is there is replaced. Calls under way hold their prompt and their `maxOutputTokens`, so that calls at once cannot pass together.',
  })
  @ApiOkResponse({ type: LimitStateDto })
  @ApiProblems('validation_failed', 'database_unavailable')
  put(@Body() body: LimitDto): Promise<LimitState> {
    return this.limits.put(body);
  }

  @Get('limits')
  @Access({ publishable: true })
  @ApiOperation({
    operationId: 'listGenerationLimits',
    summary: 'List limits, and what is used up of them',
    description: 'With a user token: those of this user.',
  })
  @ApiOkResponse({ type: [LimitStateDto] })
  @ApiProblems('key_not_allowed', 'database_unavailable')
  list(@Generator() caller: Caller): Promise<LimitState[]> {
    return this.limits.list(caller);
  }

  @Delete('limits/:scope/:id/:period')
  @ApiOperation({ operationId: 'deleteGenerationLimit', summary: 'Take a limit away' })
  @ApiOkResponse({ type: DeletedEntriesDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  async delete(@Param() name: LimitNameDto): Promise<DeletedEntriesDto> {
    await this.limits.delete(name);
    return { deleted: 1 };
  }
}
