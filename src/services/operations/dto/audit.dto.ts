import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, Length, Matches, Max, Min } from 'class-validator';
import { AuditEntryDto } from '../../../platform/audit/audit-entry.dto.js';
import { AUDIT_RESULTS, type AuditResult } from '../../../platform/audit/audit-entry.js';
import { parseInteger } from '../../../platform/config/setting-parsers.js';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';

/** Which part of a trail. */
export class OperationsAuditParametersDto {
  /** What happened; a name that ends in `*` stands for all that begin so. */
  @ApiPropertyOptional({ example: 'key.*' })
  @MayBeAbsent()
  @Length(1, 100)
  what?: string;

  /** By whom: id of an API key, `root`, or `_id` of a user. */
  @ApiPropertyOptional({ example: 'root' })
  @MayBeAbsent()
  @Length(1, 100)
  who?: string;

  /** `_id` of the user whom it concerns. */
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f902' })
  @MayBeAbsent()
  @Length(1, 100)
  user?: string;

  /** On what: a type such as `key`, or a type and an id such as `schema:notes`. */
  @ApiPropertyOptional({ example: 'schema:notes' })
  @MayBeAbsent()
  @Length(1, 600)
  on?: string;

  @ApiPropertyOptional({ enum: AUDIT_RESULTS, example: 'refused' })
  @MayBeAbsent()
  @IsIn(AUDIT_RESULTS)
  result?: AuditResult;

  /** Project whose trail is read, `default` for that of the installation; that of `X-Project` by default. */
  @ApiPropertyOptional({ example: 'default' })
  @MayBeAbsent()
  @Matches(/^(?:default|[0-9a-f]{24})$/, { message: 'project must be the id of a project, or default' })
  project?: string;

  /** From this time on. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T00:00:00.000Z' })
  @MayBeAbsent()
  @IsISO8601({ strict: true })
  from?: string;

  /** Before this time. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-22T00:00:00.000Z' })
  @MayBeAbsent()
  @IsISO8601({ strict: true })
  to?: string;

  /** Where the last page ended: its `next`. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 4711 })
  @MayBeAbsent()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  below?: number;

  /** Most entries of the answer; 100 by default. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, default: 100, example: 20 })
  @MayBeAbsent()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;
}

/** Entries, the last of the chain first. */
export class OperationsAuditDto {
  @ApiProperty({ example: 'default' })
  project!: string;

  @ApiProperty({ type: [AuditEntryDto] })
  entries!: AuditEntryDto[];

  /** What to send as `below` for the next page; `null` at the end. */
  @ApiProperty({ type: 'integer', nullable: true, example: 4611 })
  next!: number | null;
}
