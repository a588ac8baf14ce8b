import { ApiProperty } from '@nestjs/swagger';
import { Contents, ModelDto } from './model.dto.js';

/** Whose tokens are counted. */
export class TokensDto extends ModelDto {
  /** Messages, or texts. */
  @Contents(['Hello world', 'How are you today?'])
  contents!: unknown;
}

/** Number of tokens, and what they cost. */
export class TokensAnswerDto {
  /** As Gemini counts them; an estimate for an OpenAI-compatible server. */
  @ApiProperty({ type: 'integer', example: 12 })
  totalTokens!: number;

  /** What these tokens cost as a prompt, in US dollars; 0 for a model without a price. */
  @ApiProperty({ example: 0.0000036 })
  cost!: number;
}

/** What is turned into vectors. */
export class EmbedDto extends ModelDto {
  /** Texts, or messages; each gets a vector. */
  @Contents(['The quick brown fox', 'jumps over the lazy dog'])
  contents!: unknown;
}

/** A vector. */
export class EmbeddingDto {
  @ApiProperty({ type: [Number], example: [0.0123, -0.0456, 0.0789] })
  values!: number[];
}

/** Vectors, in the order of the contents. */
export class EmbedAnswerDto {
  @ApiProperty({ type: [EmbeddingDto] })
  embeddings!: EmbeddingDto[];
}

/** A model that can be asked for. */
export class ListedModelDto {
  /** The name to send as `model`. */
  @ApiProperty({ example: 'models/gemini-2.5-flash' })
  name!: string;

  @ApiProperty({ enum: ['gemini', 'openai'], example: 'gemini' })
  provider!: string;

  @ApiProperty({ required: false, example: 'Gemini 2.5 Flash' })
  displayName?: string;

  /** Most tokens of a prompt. */
  @ApiProperty({ type: 'integer', required: false, example: 1048576 })
  inputTokenLimit?: number;

  /** Most tokens of an answer. */
  @ApiProperty({ type: 'integer', required: false, example: 65536 })
  outputTokenLimit?: number;
}
