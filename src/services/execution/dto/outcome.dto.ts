import { ApiProperty, type SchemaObject } from '@nestjs/swagger';
import { RUN_ERROR_CODES, type RunErrorCode } from '../worker/protocol.js';

/** Whatever code can give. */
export const ANY_JSON = {
  nullable: true,
  oneOf: [
    { type: 'object', additionalProperties: true },
    { type: 'array', items: {} },
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
  ],
} satisfies SchemaObject;

/** Why code has no result. */
export class RunErrorDto {
  /** `exception` of the code itself, or the limit that ended it. */
  @ApiProperty({ enum: RUN_ERROR_CODES, enumName: 'RunErrorCode', example: 'exception' })
  code!: RunErrorCode;

  /** Name of the exception's class, or of the limit. */
  @ApiProperty({ example: 'ZeroDivisionError' })
  type!: string;

  @ApiProperty({ example: 'division by zero' })
  message!: string;

  /** Line of the code, from 1. */
  @ApiProperty({ type: 'integer', nullable: true, example: 2 })
  line!: number | null;
}

/** What code gave. */
export class OutcomeDto {
  /** Any JSON; `null` when there is an error. */
  @ApiProperty({ ...ANY_JSON, example: { sum: 3 } })
  result!: unknown;

  /** What the code printed. */
  @ApiProperty({ example: 'adding\n' })
  stdout!: string;

  @ApiProperty({ example: '' })
  stderr!: string;

  /** Time from the start of the code to its end. */
  @ApiProperty({ example: 3.2 })
  duration_ms!: number;

  @ApiProperty({ type: RunErrorDto, nullable: true, example: null })
  error!: RunErrorDto | null;
}
