import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, Length, Matches, Max, Min } from 'class-validator';
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

/** On what something was done. */
export class AuditedThingDto {
  @ApiProperty({ example: 'schema' })
  type!: string;

  @ApiProperty({ example: 'notes' })
  id!: string;
}

/** One line of the trail. */
export class OperationsAuditEntryDto {
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  _id!: string;

  /** Place in the chain. */
  @ApiProperty({ type: 'integer', example: 4711 })
  seq!: number;

  /** Hash of the entry, which binds all before it. */
  @ApiProperty({ example: 'mV0p1mJzq3uQ0Kxk2x8m0nq8C0y3yX5s5xk3m3q9y8E' })
  hash!: string;

  @ApiProperty({ example: 'schema.changed' })
  what!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  at!: Date;

  @ApiProperty({ enum: AUDIT_RESULTS, example: 'ok' })
  result!: AuditResult;

  /** Code of the error, where there was one. */
  @ApiPropertyOptional({ example: 'credentials_invalid' })
  code?: string;

  @ApiPropertyOptional({ type: AuditedThingDto })
  on?: AuditedThingDto;

  /** Keyed digest of the thing as it was: the same for what is the same. */
  @ApiPropertyOptional({ example: '8QdWl1mJzq3uQ0Kxk2x8m0nq8C0y3yX5s5xk3m3q9y8' })
  before?: string;

  /** Keyed digest of the thing as it is now. */
  @ApiPropertyOptional({ example: 'Zk3m3q9y8EmV0p1mJzq3uQ0Kxk2x8m0nq8C0y3yX5s5' })
  after?: string;

  /** `_id` of the user whom it concerns. */
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f902' })
  user?: string;

  @ApiPropertyOptional({ example: 'ada@example.com' })
  key?: string;

  @ApiPropertyOptional({ example: '_USERS' })
  collection?: string;

  /** Id of the API key by which it happened. */
  @ApiPropertyOptional({ example: 'root' })
  api_key?: string;

  /** `_id` of the user whose token came with the request. */
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f903' })
  actor?: string;

  @ApiPropertyOptional({ example: '192.0.2.1' })
  ip?: string;

  @ApiPropertyOptional({ example: 'Mozilla/5.0 (X11; Linux x86_64)' })
  device?: string;

  /** Id of the request by which it happened, as in the log. */
  @ApiPropertyOptional({ example: '0191f6a5-7d7c-4f3e-9a65-0d9a4c9b5a51' })
  request?: string;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { method: 'password' } })
  detail?: Record<string, unknown>;
}

/** Entries, the last of the chain first. */
export class OperationsAuditDto {
  @ApiProperty({ example: 'default' })
  project!: string;

  @ApiProperty({ type: [OperationsAuditEntryDto] })
  entries!: OperationsAuditEntryDto[];

  /** What to send as `below` for the next page; `null` at the end. */
  @ApiProperty({ type: 'integer', nullable: true, example: 4611 })
  next!: number | null;
}
