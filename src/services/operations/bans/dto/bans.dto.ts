import { ApiProperty } from '@nestjs/swagger';
import { PageLimit, PageSkip } from '../../../../platform/http/page.decorators.js';

const MAX_PAGE = 1000;
const MAX_SKIP = 100_000;
const ADDRESS = { example: '203.0.113.7' };
const TIME = { type: 'string', format: 'date-time' } as const;

/** Which bans are listed. */
export class ListBansDto {
  @PageLimit(MAX_PAGE)
  limit: number = MAX_PAGE;

  /** Bans to leave out at the beginning. */
  @PageSkip(MAX_SKIP)
  skip: number = 0;
}

/** An address that is not heard for a while. */
export class BanDto {
  /** IPv4, or the /64 of an IPv6 address. */
  @ApiProperty(ADDRESS)
  address!: string;

  /** ISO 8601. */
  @ApiProperty({ ...TIME, example: '2026-11-21T10:00:00.000Z' })
  banned_at!: Date;

  /** When it ends by itself, ISO 8601. */
  @ApiProperty({ ...TIME, example: '2026-11-21T10:15:00.000Z' })
  expires_at!: Date;

  /** How many requests had been refused … */
  @ApiProperty({ type: 'integer', example: 200 })
  violations!: number;

  /** … within so many seconds. */
  @ApiProperty({ type: 'integer', example: 300 })
  seconds!: number;
}

/** That a ban is lifted. */
export class LiftedBanDto {
  /** IPv4, or the /64 of an IPv6 address. */
  @ApiProperty(ADDRESS)
  address!: string;

  @ApiProperty({ type: Boolean, enum: [true], example: true })
  lifted!: true;
}
