import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDateString,
  IsInt,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { AuditEntryDto } from '../../../../platform/audit/audit-entry.dto.js';
import { IsUserCollection } from '../../collections/user-collection.js';
import { AccountDto } from '../../dto/account.dto.js';
import { FreeForm } from '../../dto/free-form.decorator.js';
import { SignUpDto } from '../../dto/sign-up.dto.js';
import { NestedList } from '../../../../platform/http/nested.decorator.js';

const MAX_IMPORT = 1000;

/** Whose accounts are meant. */
export class CollectionParameterDto {
  /** The default collection when it is left out. */
  @ApiPropertyOptional({ example: 'members' })
  @ValidateIf((query: CollectionParameterDto) => query.collection !== undefined)
  @IsUserCollection()
  collection?: string;
}

/** Which accounts are listed. */
export class ListUsersDto extends CollectionParameterDto {
  /** MongoDB query in JSON on the fields that are shown. */
  @ApiPropertyOptional({ example: '{"role":"admin"}' })
  @ValidateIf((query: ListUsersDto) => query.query !== undefined)
  @IsString()
  @MaxLength(10_000)
  query?: string;

  /** Part of the `_key`, in whatever case. */
  @ApiPropertyOptional({ example: 'ada' })
  @ValidateIf((query: ListUsersDto) => query.search !== undefined)
  @IsString()
  @MaxLength(256)
  search?: string;

  @ApiPropertyOptional({ example: 100, default: 100 })
  @ValidateIf((query: ListUsersDto) => query.limit !== undefined)
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  limit?: number;

  @ApiPropertyOptional({ example: 0, default: 0 })
  @ValidateIf((query: ListUsersDto) => query.skip !== undefined)
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  skip?: number;
}

/** Accounts of one page, the newest first. */
export class UserListDto {
  @ApiProperty({ type: [AccountDto] })
  users!: AccountDto[];

  /** How many match in all. */
  @ApiProperty({ example: 1 })
  total!: number;
}

/** A new account, by an operator. */
export class CreateUserDto extends SignUpDto {
  @ApiPropertyOptional({ example: 'members' })
  @ValidateIf((body: CreateUserDto) => body.collection !== undefined)
  @IsUserCollection()
  collection?: string;
}

/** What a user may do. */
export class RolesDto {
  /** `null` takes it away. */
  @ApiPropertyOptional({ type: String, nullable: true, example: 'admin' })
  @ValidateIf((body: RolesDto) => body.role !== undefined && body.role !== null)
  @IsString()
  @MaxLength(100)
  role?: string | null;

  /** `null` takes them away. */
  @ApiPropertyOptional({ type: [String], nullable: true, example: ['editor', 'auditor'] })
  @ValidateIf((body: RolesDto) => body.roles !== undefined && body.roles !== null)
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  roles?: string[] | null;
}

/** An account of another system. */
export class ImportUserDto {
  @ApiProperty({ example: 'ada@example.com' })
  @IsString()
  _key!: string;

  /** bcrypt hash, as the other system has it. */
  @ApiPropertyOptional({ example: '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW' })
  @ValidateIf((body: ImportUserDto) => body._password !== undefined)
  @IsString()
  _password?: string;

  /** Whether the address is known to be the user's. */
  @ApiPropertyOptional({ example: true })
  @ValidateIf((body: ImportUserDto) => body._verified !== undefined)
  @IsBoolean()
  _verified?: boolean;

  @ApiPropertyOptional({ type: 'object', additionalProperties: true, example: { name: 'Ada' } })
  @ValidateIf((body: ImportUserDto) => body.document !== undefined)
  @FreeForm()
  document?: Record<string, unknown>;
}

/** Accounts of another system. */
export class ImportUsersDto extends CollectionParameterDto {
  @ApiProperty({ type: [ImportUserDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IMPORT)
  @NestedList(() => ImportUserDto)
  users!: ImportUserDto[];
}

/** An account that was left out. */
export class SkippedUserDto {
  @ApiProperty({ example: 3 })
  index!: number;

  /** Absent when it is no text. */
  @ApiProperty({ required: false, example: 'ada@example.com' })
  _key?: string;

  @ApiProperty({ example: 'There is an account with this key.' })
  reason!: string;
}

/** What became of an import. */
export class ImportResultDto {
  @ApiProperty({ example: 2 })
  imported!: number;

  @ApiProperty({ type: [SkippedUserDto] })
  skipped!: SkippedUserDto[];
}

/** Everything that is kept of a user. */
export class UserExportDto {
  @ApiProperty({ type: AccountDto })
  account!: AccountDto;

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [] })
  sessions!: object[];

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [] })
  identities!: object[];

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [] })
  passkeys!: object[];

  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true }, example: [] })
  audit!: object[];
}

/** Which part of the trail is listed. */
export class AuditParametersDto {
  /** `_id` of a user. */
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  @ValidateIf((query: AuditParametersDto) => query.user !== undefined)
  @IsString()
  @MaxLength(100)
  user?: string;

  /** What happened. */
  @ApiPropertyOptional({ example: 'user.signed_in' })
  @ValidateIf((query: AuditParametersDto) => query.what !== undefined)
  @IsString()
  @MaxLength(100)
  what?: string;

  /** What happened before; for the next page, the time of the last entry. */
  @ApiPropertyOptional({ example: '2026-11-21T10:00:00.000Z' })
  @ValidateIf((query: AuditParametersDto) => query.before !== undefined)
  @IsDateString()
  before?: string;

  @ApiPropertyOptional({ example: 100, default: 100 })
  @ValidateIf((query: AuditParametersDto) => query.limit !== undefined)
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;
}

/** Entries, the newest first. */
export class AuditListDto {
  @ApiProperty({ type: [AuditEntryDto] })
  entries!: AuditEntryDto[];
}
