import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AUDIT_RESULTS, type AuditResult } from './audit-entry.js';

/** On what something was done. */
export class AuditedThingDto {
  @ApiProperty({ example: 'schema' })
  type!: string;

  @ApiProperty({ example: 'notes' })
  id!: string;
}

/** One line of the trail. */
export class AuditEntryDto {
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
