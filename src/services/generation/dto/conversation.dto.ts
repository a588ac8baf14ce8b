import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { parseInteger } from '../../../platform/config/setting-parsers.js';
import { Contents } from './model.dto.js';
import { Verbatim } from './verbatim.decorator.js';

const MESSAGE = { type: 'object', additionalProperties: true } as const;

/** Most that can be left out at the beginning of a list. */
const MAX_SKIP = 1_000_000;

/** A conversation to begin. */
export class NewConversationDto {
  @ApiProperty({ required: false, maxLength: 500, example: 'Travel plans' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  title?: string;

  /** Messages to begin with. */
  @ApiProperty({
    oneOf: [{ type: 'string' }, MESSAGE, { type: 'array', items: MESSAGE }],
    required: false,
    example: [{ role: 'user', parts: [{ text: 'Hello' }] }],
  })
  @IsOptional()
  @Verbatim()
  contents?: unknown;
}

/** Messages to add. */
export class AppendDto {
  /** Messages: they are stored, and no model is asked. */
  @Contents([{ role: 'user', parts: [{ text: 'I live in Lisbon.' }] }])
  contents!: unknown;
}

/** Which page of a list. */
export class ListPageDto {
  /** Most conversations in the answer. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 1000, default: 100, example: 20 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;

  /** Conversations to leave out at the beginning. */
  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: MAX_SKIP, default: 0, example: 0 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(0)
  @Max(MAX_SKIP)
  skip?: number;
}

/** A conversation without its messages. */
export class ConversationHeadDto {
  @ApiProperty({ example: '65a1b2c3d4e5f60718293a4b' })
  _id!: string;

  /** `_id` of the user whose it is; `null` for one of the project. */
  @ApiProperty({ type: String, nullable: true, example: '65a1b2c3d4e5f60718293a4c' })
  user!: string | null;

  @ApiProperty({ required: false, example: 'Travel plans' })
  title?: string;

  /** Number of messages. */
  @ApiProperty({ type: 'integer', example: 4 })
  count!: number;

  /** About how many tokens they have. */
  @ApiProperty({ type: 'integer', example: 96 })
  tokens!: number;

  /** How large they are, in bytes. */
  @ApiProperty({ type: 'integer', example: 412 })
  size!: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-27T10:00:00.000Z' })
  _inserted!: Date;

  @ApiProperty({ type: String, format: 'date-time', required: false, example: '2026-11-27T10:05:00.000Z' })
  _patched?: Date;
}

/** A conversation with its messages. */
export class ConversationDto extends ConversationHeadDto {
  @ApiProperty({
    type: 'array',
    items: MESSAGE,
    example: [
      { role: 'user', parts: [{ text: 'Hello' }] },
      { role: 'model', parts: [{ text: 'Good day.' }] },
    ],
  })
  contents!: object[];
}
