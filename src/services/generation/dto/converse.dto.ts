import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsObject, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { Tool, ToolConfig } from '../content/content.js';
import { IsCacheLife, IsRunTools } from './converse-validators.js';
import { GenerationConfigDto } from './generation-config.dto.js';
import { IsTools } from './is-tools.js';
import { Contents, ModelDto } from './model.dto.js';
import { Verbatim } from './verbatim.decorator.js';
import { Nested, NestedList } from '../../../platform/http/nested.decorator.js';

const FREE_FORM = { type: 'object', additionalProperties: true } as const;

/** What is filtered, as Gemini has it. */
export class SafetySettingDto {
  @ApiProperty({ example: 'HARM_CATEGORY_HARASSMENT' })
  @IsString()
  @MaxLength(100)
  category!: string;

  @ApiProperty({ example: 'BLOCK_MEDIUM_AND_ABOVE' })
  @IsString()
  @MaxLength(100)
  threshold!: string;
}

/** What a model is asked. */
export class ConverseDto extends ModelDto {
  /** Messages: `{role, parts}` with texts, data, files and functions, in the forms of Gemini's REST API. */
  @Contents([{ role: 'user', parts: [{ text: 'What is the capital of France?' }] }])
  contents!: unknown;

  /** What the model is told about itself: a message, or a text. */
  @ApiProperty({
    oneOf: [{ type: 'string' }, FREE_FORM],
    required: false,
    example: { parts: [{ text: 'You answer in one sentence.' }] },
  })
  @IsOptional()
  @Verbatim()
  systemInstruction?: unknown;

  /** Functions that the model may ask for. */
  @ApiProperty({
    type: 'array',
    items: FREE_FORM,
    required: false,
    example: [
      {
        functionDeclarations: [
          {
            name: 'getWeatherInfo',
            description: 'Get current weather information for a location',
            parameters: {
              type: 'object',
              properties: { location: { type: 'string' } },
              required: ['location'],
            },
          },
        ],
      },
    ],
  })
  @IsOptional()
  @IsTools()
  @Verbatim()
  tools?: Tool[];

  /** Whether the model must call a function, and which. */
  @ApiProperty({ ...FREE_FORM, selfRequired: false, example: { functionCallingConfig: { mode: 'AUTO' } } })
  @IsOptional()
  @IsObject()
  @Verbatim()
  toolConfig?: ToolConfig;

  @ApiProperty({ type: GenerationConfigDto, required: false })
  @IsOptional()
  @Nested(() => GenerationConfigDto)
  generationConfig?: GenerationConfigDto;

  @ApiProperty({ type: [SafetySettingDto], required: false })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @NestedList(() => SafetySettingDto)
  safetySettings?: SafetySettingDto[];

  /** `_id` of a stored conversation to continue: its messages go before, and these and the answer are added to it. */
  @ApiProperty({ required: false, example: '65a1b2c3d4e5f60718293a4b' })
  @IsOptional()
  @IsString()
  @Matches(/^[0-9a-f]{24}$/, { message: 'conversation must be the _id of a conversation' })
  conversation?: string;

  /** Whether an equal request may be answered from the cache; a number is how many seconds the answer is kept. */
  @ApiProperty({
    oneOf: [{ type: 'boolean' }, { type: 'integer', minimum: 1 }],
    required: false,
    example: false,
  })
  @IsOptional()
  @IsCacheLife()
  @Verbatim()
  cache?: boolean | number;

  /** Whether the server runs the functions that it knows itself, and within what. */
  @ApiProperty({
    oneOf: [
      { type: 'boolean' },
      {
        type: 'object',
        properties: {
          maxSteps: { type: 'integer', minimum: 1, description: 'Most calls of the model' },
          timeout_ms: { type: 'integer', minimum: 1, description: 'Longest time, in milliseconds' },
        },
      },
    ],
    required: false,
    example: false,
  })
  @IsOptional()
  @IsRunTools()
  @Verbatim()
  runTools?: boolean | { maxSteps?: number; timeout_ms?: number };
}
