import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { Verbatim } from './verbatim.decorator.js';

const FREE_FORM = { type: 'object', additionalProperties: true, selfRequired: false } as const;

/** How a model answers. An OpenAI-compatible server knows no `topK`. */
export class GenerationConfigDto {
  @ApiProperty({ required: false, minimum: 0, maximum: 2, example: 0.7 })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(2)
  temperature?: number;

  @ApiProperty({ required: false, minimum: 0, maximum: 1, example: 0.95 })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  topP?: number;

  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 40 })
  @IsOptional()
  @IsNumber()
  @Min(1)
  topK?: number;

  /** Number of answers. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, maximum: 8, example: 1 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(8)
  candidateCount?: number;

  /** Most tokens of the answer. A limited call reserves them. */
  @ApiProperty({ type: 'integer', required: false, minimum: 1, example: 2048 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  maxOutputTokens?: number;

  /** Texts that end the answer. */
  @ApiProperty({ type: [String], required: false, maxItems: 16, example: ['END'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(16)
  @IsString({ each: true })
  @MaxLength(500, { each: true })
  stopSequences?: string[];

  @ApiProperty({ required: false, minimum: -2, maximum: 2, example: 0 })
  @IsOptional()
  @IsNumber()
  @Min(-2)
  @Max(2)
  presencePenalty?: number;

  @ApiProperty({ required: false, minimum: -2, maximum: 2, example: 0 })
  @IsOptional()
  @IsNumber()
  @Min(-2)
  @Max(2)
  frequencyPenalty?: number;

  /** The same number makes the same answer likelier. */
  @ApiProperty({ type: 'integer', required: false, example: 7 })
  @IsOptional()
  @IsInt()
  seed?: number;

  /** `application/json` for an answer in JSON. */
  @ApiProperty({ required: false, example: 'text/plain' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  responseMimeType?: string;

  /** Schema of the answer in the words of OpenAPI, as Gemini has it. The answer is checked against it. */
  @ApiProperty({ ...FREE_FORM })
  @IsOptional()
  @IsObject()
  @Verbatim()
  responseSchema?: Record<string, unknown>;

  /** JSON Schema of the answer. The answer is checked against it, asked for once more, and comes as `parsed`. */
  @ApiProperty({
    ...FREE_FORM,
    example: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  })
  @IsOptional()
  @IsObject()
  @Verbatim()
  responseJsonSchema?: Record<string, unknown>;

  /** Kinds of answers, such as `TEXT` and `IMAGE`; Gemini alone. */
  @ApiProperty({ type: [String], required: false, example: ['TEXT'] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(8)
  @IsString({ each: true })
  responseModalities?: string[];

  /** How much the model thinks, as Gemini has it. */
  @ApiProperty({ ...FREE_FORM, example: { thinkingBudget: 0 } })
  @IsOptional()
  @IsObject()
  @Verbatim()
  thinkingConfig?: Record<string, unknown>;

  /** Voices, as Gemini has them. */
  @ApiProperty({ ...FREE_FORM })
  @IsOptional()
  @IsObject()
  @Verbatim()
  speechConfig?: Record<string, unknown>;

  /** Form of pictures, as Gemini has it. */
  @ApiProperty({ ...FREE_FORM })
  @IsOptional()
  @IsObject()
  @Verbatim()
  imageConfig?: Record<string, unknown>;

  @ApiProperty({ required: false, example: 'MEDIA_RESOLUTION_LOW' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  mediaResolution?: string;

  @ApiProperty({ required: false, example: false })
  @IsOptional()
  @IsBoolean()
  responseLogprobs?: boolean;

  @ApiProperty({ type: 'integer', required: false, minimum: 0, maximum: 20, example: 5 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(20)
  logprobs?: number;
}
