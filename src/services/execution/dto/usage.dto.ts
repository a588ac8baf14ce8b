import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** Days that are reported. */
export class UsageParametersDto {
  /** First day, in UTC; the first there is by default. */
  @ApiProperty({ required: false, example: '2026-11-01' })
  @IsOptional()
  @Matches(DAY, { message: 'from must be a day such as 2026-11-27' })
  from?: string;

  /** Last day, in UTC; today by default. */
  @ApiProperty({ required: false, example: '2026-11-30' })
  @IsOptional()
  @Matches(DAY, { message: 'to must be a day such as 2026-11-27' })
  to?: string;
}

/** What a project has run. */
export class UsageDto {
  /** Number of runs. */
  @ApiProperty({ type: 'integer', example: 1200 })
  runs!: number;

  /** Time on the processor, in milliseconds. */
  @ApiProperty({ type: 'integer', example: 5400 })
  cpu_ms!: number;

  /** Most memory that a run had, in MiB. */
  @ApiProperty({ type: 'integer', example: 30 })
  memory!: number;
}
