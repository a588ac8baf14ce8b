import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Length, Max, Min, ValidateIf } from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { LOG_LEVELS, type LogLevelName } from '../../../platform/logging/levels/log-levels.js';

/** How loud which part of the server shall be. */
export class SetLogLevelDto {
  /** A module or one of its contexts, as `modules` names them; `*` for whatever has no level of its own. */
  @ApiProperty({ example: 'auth' })
  @Length(1, 100)
  module!: string;

  /** Quietest level that is logged; `null` for that of the settings. */
  @ApiProperty({ enum: LOG_LEVELS, nullable: true, type: String, example: 'debug' })
  @ValidateIf((_body, value) => value !== null)
  @IsIn(LOG_LEVELS)
  level!: LogLevelName | null;

  /** For how long, in seconds. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 604_800, default: 3600, example: 900 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(604_800)
  seconds?: number;
}

/** A level that was set. */
export class LogLevelDto {
  @ApiProperty({ example: 'auth' })
  module!: string;

  @ApiProperty({ enum: LOG_LEVELS, example: 'debug' })
  level!: LogLevelName;

  /** When it ends. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T11:00:00.000Z' })
  until!: Date;
}

/** A part of the server that writes lines. */
export class LogModuleDto {
  @ApiProperty({ example: 'auth' })
  name!: string;

  /** What stands as `context` in its lines. */
  @ApiProperty({ type: [String], example: ['AuthService'] })
  contexts!: string[];
}

/** The levels of the log. */
export class LogLevelsDto {
  /** `LOG_LEVEL`, of whatever has no level of its own. */
  @ApiProperty({ example: 'info' })
  default!: string;

  /** Those that were set. */
  @ApiProperty({ type: [LogLevelDto] })
  levels!: LogLevelDto[];

  @ApiProperty({ type: [LogModuleDto] })
  modules!: LogModuleDto[];
}
