import { ApiExtraModels, ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Min,
} from 'class-validator';
import { ACCESS, type FunctionAccess } from '../functions/function-definition.js';
import type { Language } from '../worker/protocol.js';
import { CodeDto } from './execute.dto.js';
import { FreeForm } from './free-form.decorator.js';
import { FileGrantDto, GrantsDto } from './grants.dto.js';
import { EVENT_NAME } from './names.js';
import { Nested, NestedList } from '../../../platform/http/nested.decorator.js';

const MAX = 20;
const ADDING = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
};

/** When a function runs by itself. */
export class ScheduleDto {
  /** Five fields, or six with seconds first; in UTC. */
  @ApiProperty({ example: '*/5 * * * *' })
  @IsString()
  @MaxLength(200)
  cron!: string;
}

/** What makes a function run. */
export class TriggerDto {
  /** Name of an event, or a pattern such as `payment.*`. */
  @ApiProperty({ example: 'payment.succeeded' })
  @MaxLength(100)
  @Matches(EVENT_NAME, { message: 'event must be the name of an event' })
  event!: string;
}

/** A function to store. */
@ApiExtraModels(FileGrantDto)
export class PutFunctionDto extends CodeDto {
  /** JSON Schema that parameters must fulfil. */
  @FreeForm(ADDING)
  parameters?: Record<string, unknown>;

  /** JSON Schema that the result must fulfil. */
  @FreeForm({ type: 'number' })
  returns?: Record<string, unknown>;

  /** Who may invoke it: secret keys; users as well; everybody with a publishable key as well. */
  @ApiProperty({ enum: ACCESS, enumName: 'FunctionAccess', required: false, default: 'secret' })
  @IsOptional()
  @IsIn(ACCESS)
  access?: FunctionAccess;

  @ApiProperty({ type: GrantsDto, required: false })
  @IsOptional()
  @Nested(() => GrantsDto)
  grants?: GrantsDto;

  @ApiProperty({ type: [ScheduleDto], required: false })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX)
  @NestedList(() => ScheduleDto)
  schedules?: ScheduleDto[];

  @ApiProperty({ type: [TriggerDto], required: false })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX)
  @NestedList(() => TriggerDto)
  triggers?: TriggerDto[];
}

/** What is known of a function without its code. */
export class FunctionSummaryDto {
  @ApiProperty({ example: 'add' })
  name!: string;

  /** Grows by one with each change. */
  @ApiProperty({ type: 'integer', example: 1 })
  version!: number;

  @ApiProperty({ enum: ['python', 'javascript', 'typescript'], enumName: 'Language', example: 'python' })
  language!: Language;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: ADDING })
  parameters!: Record<string, unknown> | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { type: 'number' } })
  returns!: Record<string, unknown> | null;

  @ApiProperty({ type: 'integer', example: 10000 })
  timeout!: number;

  @ApiProperty({ type: 'integer', example: 128 })
  memory!: number;

  @ApiProperty({ enum: ACCESS, enumName: 'FunctionAccess', example: 'secret' })
  access!: FunctionAccess;

  @ApiProperty({ type: GrantsDto })
  grants!: GrantsDto;

  @ApiProperty({ type: [ScheduleDto] })
  schedules!: ScheduleDto[];

  @ApiProperty({ type: [TriggerDto] })
  triggers!: TriggerDto[];

  /** ISO 8601. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-27T00:00:00.000Z' })
  created!: Date;

  /** ISO 8601. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-27T00:00:00.000Z' })
  updated!: Date;
}

/** A stored function. */
export class FunctionDto extends FunctionSummaryDto {
  @ApiProperty({ example: 'def main(a, b):\n    return a + b' })
  code!: string;
}

/** A version of a function. */
export class FunctionVersionDto {
  @ApiProperty({ type: 'integer', example: 1 })
  version!: number;

  /** ISO 8601. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-27T00:00:00.000Z' })
  created!: Date;

  @ApiProperty({ enum: ['python', 'javascript', 'typescript'], enumName: 'Language', example: 'python' })
  language!: Language;

  @ApiProperty({ example: 'def main(a, b):\n    return a + b' })
  code!: string;
}

/** Which version is to come back. */
export class RollbackDto {
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  @IsInt()
  @Min(1)
  version!: number;
}

/** What was deleted. */
export class DeletedCountDto {
  @ApiProperty({ type: 'integer', example: 1 })
  deleted!: number;
}
