import { ApiProperty } from '@nestjs/swagger';

const FREE_FORM = { type: 'object', additionalProperties: true } as const;

/** Tokens of a call. */
export class UsageMetadataDto {
  @ApiProperty({ type: 'integer', required: false, example: 12 })
  promptTokenCount?: number;

  @ApiProperty({ type: 'integer', required: false, example: 7 })
  candidatesTokenCount?: number;

  @ApiProperty({ type: 'integer', required: false, example: 19 })
  totalTokenCount?: number;

  /** Tokens of the prompt that came from the provider's cache. */
  @ApiProperty({ type: 'integer', required: false, example: 0 })
  cachedContentTokenCount?: number;

  @ApiProperty({ type: 'integer', required: false, example: 0 })
  thoughtsTokenCount?: number;
}

/** A tool that the server ran. */
export class TraceEntryDto {
  /** Which call of the model asked for it. */
  @ApiProperty({ type: 'integer', example: 1 })
  step!: number;

  @ApiProperty({ example: 'getWeatherInfo' })
  name!: string;

  @ApiProperty({ ...FREE_FORM, example: { location: 'Paris' } })
  args!: Record<string, unknown>;

  /** What it gave. */
  @ApiProperty({ ...FREE_FORM, selfRequired: false, example: { celsius: 21 } })
  response?: unknown;

  /** Why it failed. */
  @ApiProperty({ required: false, example: 'The function took too long.' })
  error?: string;

  /** How long it ran, in milliseconds. */
  @ApiProperty({ type: 'integer', example: 12 })
  ms!: number;
}

/** The answer of a model, in the form of Gemini's REST API, whichever provider it comes from. */
export class ConverseAnswerDto {
  @ApiProperty({
    type: 'array',
    items: FREE_FORM,
    example: [
      {
        content: { role: 'model', parts: [{ text: 'Paris is the capital of France.' }] },
        finishReason: 'STOP',
        index: 0,
      },
    ],
  })
  candidates!: Record<string, unknown>[];

  @ApiProperty({ type: UsageMetadataDto })
  usageMetadata!: UsageMetadataDto;

  @ApiProperty({ required: false, example: 'gemini-2.5-flash' })
  modelVersion?: string;

  @ApiProperty({ required: false, example: 'tP0naLaYGZLQ7M8P' })
  responseId?: string;

  /** The model that answered: a fallback may have. */
  @ApiProperty({ example: 'models/gemini-2.5-flash' })
  model!: string;

  /** `_id` of the conversation that was continued. */
  @ApiProperty({ required: false, example: '65a1b2c3d4e5f60718293a4b' })
  conversation?: string;

  /** The answer as a value, when a schema was asked for. */
  @ApiProperty({ ...FREE_FORM, selfRequired: false, example: { city: 'Paris' } })
  parsed?: unknown;

  /** The tools that the server ran, with `runTools`. */
  @ApiProperty({ type: [TraceEntryDto], required: false })
  trace?: TraceEntryDto[];

  /** By what a run of tools was ended before the model was done. */
  @ApiProperty({ required: false, enum: ['steps', 'time', 'tokens'], example: 'steps' })
  stopped?: string;
}
