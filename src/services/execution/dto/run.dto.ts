import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { parseFlag, parseInteger } from '../../../platform/config/setting-parsers.js';
import { RUN_CAUSES, RUN_STATES, type RunCause, type RunState } from '../runs/stored-run.js';
import { FreeForm } from './free-form.decorator.js';
import { FUNCTION_NAME } from './names.js';
import { ANY_JSON, RunErrorDto } from './outcome.dto.js';

const TIME = {
  type: String,
  format: 'date-time',
  nullable: true,
  example: '2026-11-27T00:00:00.000Z',
} as const;

/** What a function is invoked with. */
export class InvokeDto {
  @FreeForm({ a: 1, b: 2 })
  parameters?: Record<string, unknown>;
}

/** How a function is invoked. */
export class InvokeParametersDto {
  /** Whether to answer at once with the id of a run, instead of waiting for its end. */
  @ApiProperty({ type: Boolean, required: false, default: false })
  @IsOptional()
  @Transform(({ value }) => parseFlag(value))
  @IsBoolean()
  async?: boolean;
}

/** A run that was begun. */
export class BegunRunDto {
  @ApiProperty({ example: '4f0c3f5e-2c9c-4f0e-9a55-8f0d1b9a2e77' })
  id!: string;
}

/** A run that nobody waits for. */
export class RunDto extends BegunRunDto {
  @ApiProperty({ example: 'add' })
  function!: string;

  /** Version of the function that ran; `null` before its end. */
  @ApiProperty({ type: 'integer', nullable: true, example: 1 })
  version!: number | null;

  @ApiProperty({ enum: RUN_STATES, enumName: 'RunState', example: 'succeeded' })
  status!: RunState;

  /** What made the function run. */
  @ApiProperty({ enum: RUN_CAUSES, enumName: 'RunCause', example: 'invoke' })
  cause!: RunCause;

  /** Id of the request that led to it, as in the log; `null` where none did. */
  @ApiProperty({ type: String, nullable: true, example: '0191f6a5-7d7c-4f3e-9a65-0d9a4c9b5a51' })
  request!: string | null;

  /** Any JSON. */
  @ApiProperty({ ...ANY_JSON, example: { sum: 3 } })
  result!: unknown;

  @ApiProperty({ type: RunErrorDto, nullable: true, example: null })
  error!: RunErrorDto | null;

  @ApiProperty({ type: Number, nullable: true, example: 3.2 })
  duration_ms!: number | null;

  @ApiProperty({ ...TIME, nullable: false })
  created!: Date;

  @ApiProperty(TIME)
  started!: Date | null;

  @ApiProperty(TIME)
  finished!: Date | null;
}

/** What a run printed. */
export class RunLogsDto {
  @ApiProperty({ example: 'adding\n' })
  stdout!: string;

  @ApiProperty({ example: '' })
  stderr!: string;
}

/** Which runs are listed. */
export class RunsParametersDto {
  @ApiProperty({ required: false, example: 'add' })
  @IsOptional()
  @Matches(FUNCTION_NAME)
  function?: string;

  /** Most runs in the answer. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 100, default: 20 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;
}
