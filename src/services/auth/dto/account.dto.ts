import { ApiProperty, ApiPropertyOptional, getSchemaPath, type SchemaObject } from '@nestjs/swagger';

/** An account: the fields below and the application's own. Never holds the password. */
export class AccountDto {
  /** 24 hex digits. */
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  _id!: string;

  @ApiProperty({ example: 'ada@example.com' })
  _key!: string;

  /** When the account was made, ISO 8601. */
  @ApiProperty({ type: 'string', format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  _inserted!: Date;

  /** When it was last changed, ISO 8601; absent until then. */
  @ApiPropertyOptional({ type: 'string', format: 'date-time', example: '2026-11-21T11:00:00.000Z' })
  _patched?: Date;

  /** Address for mail, where it is another than the `_key`. */
  @ApiPropertyOptional({ example: 'ada@example.com' })
  _email?: string;

  /** Whether the address was found to be the user's. */
  @ApiPropertyOptional({ example: true })
  _verified?: boolean;

  /** Since when an operator keeps the user out, ISO 8601. */
  @ApiPropertyOptional({ type: 'string', format: 'date-time', example: '2026-11-21T12:00:00.000Z' })
  _frozen?: Date;

  /** The application's own fields. */
  [field: string]: unknown;
}

/** The fields above, and those of the application. */
export const ACCOUNT_SCHEMA: SchemaObject = {
  allOf: [{ $ref: getSchemaPath(AccountDto) }, { type: 'object', additionalProperties: true }],
};
