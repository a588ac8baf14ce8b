import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsIn,
  IsNumber,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  IsInt,
} from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { parseList } from '../../../platform/config/setting-parsers.js';
import { GROUPS, type Group } from '../metering/usage.repository.js';

const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T[\d:.]+Z?)?$/;
const DAY_MESSAGE = { message: '$property must be a day such as 2026-01-31' };

/** Which usage, and by what it is added up. */
export class ModelUsageParametersDto {
  /** First day (UTC); 30 days before the last by default. */
  @ApiProperty({ type: String, required: false, example: '2026-11-01' })
  @IsOptional()
  @Matches(DAY, DAY_MESSAGE)
  from?: string;

  /** Last day (UTC); today by default. */
  @ApiProperty({ type: String, required: false, example: '2026-11-30' })
  @IsOptional()
  @Matches(DAY, DAY_MESSAGE)
  to?: string;

  /** By what usage is added up, comma-separated: `day`, `user`, `key`, `model`. All of them by default. */
  @ApiProperty({ type: String, required: false, example: 'day,model' })
  @IsOptional()
  @Transform(({ value }) => parseList(value))
  @IsIn(GROUPS, { each: true, message: `group must hold some of ${GROUPS.join(', ')}` })
  group?: Group[];
}

/** A sum of calls. Members that it is not added up by are absent. */
export class UsageRowDto {
  @ApiProperty({ required: false, example: '2026-11-27' })
  day?: string | null;

  /** `_id` of the user; `null` for calls without one. */
  @ApiProperty({ type: String, nullable: true, required: false, example: '65a1b2c3d4e5f60718293a4b' })
  user?: string | null;

  /** Id of the API key. */
  @ApiProperty({ type: String, nullable: true, required: false, example: 'root' })
  key?: string | null;

  @ApiProperty({ required: false, example: 'models/gemini-2.5-flash' })
  model?: string | null;

  @ApiProperty({ type: 'integer', example: 12 })
  requests!: number;

  /** Tokens of prompts. */
  @ApiProperty({ type: 'integer', example: 1200 })
  in!: number;

  /** Tokens of answers. */
  @ApiProperty({ type: 'integer', example: 800 })
  out!: number;

  /** Tokens of prompts that came from the provider's cache; they are also in `in`. */
  @ApiProperty({ type: 'integer', example: 0 })
  cached!: number;

  /** US dollars. */
  @ApiProperty({ example: 0.00236 })
  cost!: number;
}

const SCOPES = ['key', 'user', 'project'] as const;
const PERIODS = ['day', 'month'] as const;

/** Names a limit. */
export class LimitNameDto {
  /** Whose calls are counted. */
  @ApiProperty({ enum: SCOPES, example: 'user' })
  @IsIn(SCOPES)
  scope!: 'key' | 'user' | 'project';

  /** Id of the API key (`root` for `SERVER_SECRET`), `_id` of the user, or the name of the project. */
  @ApiProperty({ example: '65a1b2c3d4e5f60718293a4b' })
  @IsString()
  @MinLength(1)
  @MaxLength(256)
  id!: string;

  /** Days and months are those of UTC. */
  @ApiProperty({ enum: PERIODS, example: 'day' })
  @IsIn(PERIODS)
  period!: 'day' | 'month';
}

/** A limit. At least one amount must be there; those that are not have no bound. */
export class LimitDto extends LimitNameDto {
  @ApiProperty({ type: 'integer', required: false, minimum: 0, example: 100 })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  requests?: number;

  /** Tokens of prompts and answers together. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0, example: 100000 })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  tokens?: number;

  /** US dollars. */
  @ApiProperty({ required: false, minimum: 0, example: 0.5 })
  @MayBeAbsent()
  @IsNumber()
  @Min(0)
  @Max(1e12)
  cost?: number;
}

/** What is used up of a limit. */
export class UsedDto {
  @ApiProperty({ type: 'integer', example: 3 })
  requests!: number;

  @ApiProperty({ type: 'integer', example: 1520 })
  tokens!: number;

  @ApiProperty({ example: 0.0021 })
  cost!: number;
}

/** A limit, and what is used up of it. */
export class LimitStateDto extends LimitDto {
  /** What calls used, with what those under way hold. */
  @ApiProperty({ type: UsedDto })
  used!: UsedDto;

  /** When it is whole again, ISO 8601. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-28T00:00:00.000Z' })
  resets!: string;
}
