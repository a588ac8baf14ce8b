import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Min } from 'class-validator';
import { LANGUAGES, type Language } from '../worker/protocol.js';
import { FreeForm } from './free-form.decorator.js';

/** Limits of a run. */
export class LimitsDto {
  /** Longest time in milliseconds. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 5000 })
  @IsOptional()
  @IsInt()
  @Min(1)
  timeout?: number;

  /** Most memory in MiB. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 64 })
  @IsOptional()
  @IsInt()
  @Min(1)
  memory?: number;
}

/** Code with its limits. */
export class CodeDto extends LimitsDto {
  /**
   * The value of its last expression is the result; if it defines `main`, what `main(parameters)` (Python:
   * `main(**parameters)`) returns.
   */
  @ApiProperty({ example: 'def main(a, b):\n    return a + b' })
  @IsString()
  code!: string;

  @ApiProperty({ enum: LANGUAGES, enumName: 'Language', required: false, default: 'python' })
  @IsOptional()
  @IsIn(LANGUAGES)
  language?: Language;
}

/** Code to run once. */
export class ExecuteDto extends CodeDto {
  /** Arguments of `main`, and a global of the code. */
  @FreeForm({ a: 1, b: 2 })
  parameters?: Record<string, unknown>;
}
