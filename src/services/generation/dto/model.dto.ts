import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsDefined, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { Verbatim } from './verbatim.decorator.js';

/** What a provider's key may look like: it travels in a header. */
export const PROVIDER_KEY = /^[\x21-\x7e]{1,500}$/;

const MESSAGE = { type: 'object', additionalProperties: true } as const;

/** Messages in any form: a text, a message, or a list of either. */
export const Contents = (example: unknown) =>
  applyDecorators(
    ApiProperty({
      oneOf: [
        { type: 'string' },
        MESSAGE,
        { type: 'array', items: { oneOf: [{ type: 'string' }, MESSAGE] } },
      ],
      example,
    }),
    IsDefined(),
    Verbatim(),
  );

/** Which model, and whose key. */
export class ModelDto {
  /** `models/<name>` of Gemini, or `openai/<name>` of the OpenAI-compatible server. */
  @ApiProperty({ required: false, example: 'models/gemini-2.5-flash' })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  model?: string;

  /** The caller's own key at the provider. It is used for this request, and neither stored nor logged. */
  @ApiProperty({ required: false, example: 'AIza-your-own-key', format: 'password' })
  @IsOptional()
  @Matches(PROVIDER_KEY, { message: 'key must be the key of a provider' })
  key?: string;
}
