import { Controller, Delete, Get, Header, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { readBlock } from '../../../platform/limits/address-block.js';
import { Bans } from '../../../platform/limits/bans.service.js';
import { ApiProblems } from '../../../platform/openapi/api-problems.decorator.js';
import { Access } from '../../../platform/security/access.decorator.js';
import { CurrentCaller, type Caller } from '../../../platform/security/caller.js';
import { BanDto, LiftedBanDto, ListBansDto } from './dto/bans.dto.js';

/** `/service/operations/v1/bans`: addresses that were refused too often. */
@ApiTags('operations')
@Controller('service/operations/v1/bans')
@Access({ root: true, user: 'none' })
export class BansController {
  constructor(private readonly bans: Bans) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'listBans',
    summary: 'List the banned addresses',
    description: 'The newest first.',
  })
  @ApiOkResponse({ description: 'The bans that have not ended', type: [BanDto] })
  @ApiProblems('validation_failed', 'database_unavailable')
  async list(@Query() { limit, skip }: ListBansDto): Promise<BanDto[]> {
    const bans = await this.bans.list({ limit, skip });
    return bans.map(({ _id, since, until, violations, seconds }) => ({
      address: _id,
      banned_at: since,
      expires_at: until,
      violations,
      seconds,
    }));
  }

  @Delete(':address')
  @ApiOperation({
    operationId: 'liftBan',
    summary: 'Lift the ban of an address',
    description:
      'The address is heard again at once by every instance; by those that share no Redis within some seconds.',
  })
  @ApiParam({ name: 'address', example: '203.0.113.7', description: 'IPv4, or any address of an IPv6 /64' })
  @ApiOkResponse({ description: 'The ban is lifted', type: LiftedBanDto })
  @ApiProblems('validation_failed', 'not_found', 'database_unavailable')
  async lift(@Param('address') text: string, @CurrentCaller() caller: Caller): Promise<LiftedBanDto> {
    const address = readBlock(text);
    if (address === undefined)
      throw new CoglexError('validation_failed', {
        detail: 'That is no address.',
        errors: [{ field: '/address', message: 'address must be IPv4 or IPv6' }],
      });
    if (!(await this.bans.lift(address, caller)))
      throw new CoglexError('not_found', { detail: 'This address is not banned.' });
    return { address, lifted: true };
  }
}
