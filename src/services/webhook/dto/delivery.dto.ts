import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsOptional, Length, Max, Min } from 'class-validator';
import { parseInteger } from '../../../platform/config/setting-parsers.js';

const STATES = ['pending', 'delivered', 'dead'] as const;
const REPLAYED = ['dead', 'delivered', 'all'] as const;

/** Which deliveries. */
export class DeliveryParametersDto {
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  @IsOptional()
  @Length(1, 64)
  endpoint?: string;

  @ApiPropertyOptional({ enum: STATES, example: 'dead' })
  @IsOptional()
  @IsIn(STATES)
  state?: (typeof STATES)[number];

  @ApiPropertyOptional({ example: 'payment.succeeded' })
  @IsOptional()
  @Length(1, 200)
  type?: string;

  /** Id of the message, as in `webhook-id`. */
  @ApiPropertyOptional({ example: 'evt_1234567890-payment-succeeded' })
  @IsOptional()
  @Length(1, 300)
  message?: string;

  /** Most members of the answer; 100 by default. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1000, default: 100, example: 20 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, default: 0, example: 0 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(0)
  @Max(2 ** 31 - 1)
  skip?: number;
}

/** One try to deliver a message. */
export class DeliveryTryDto {
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  at!: Date;

  /** Status of the answer; absent when there was none. */
  @ApiPropertyOptional({ type: 'integer', example: 200 })
  status?: number;

  /** Milliseconds. */
  @ApiProperty({ type: 'integer', example: 84 })
  latency!: number;

  /** Why it does not count as delivered. */
  @ApiPropertyOptional({ example: 'The endpoint answered 500.' })
  error?: string;
}

/** One message on its way to one endpoint. */
export class DeliveryDto {
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901_evt_1234567890-payment-succeeded' })
  id!: string;

  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  endpoint!: string;

  /** The `webhook-id`: the same for every try, so that receivers can tell repeats. */
  @ApiProperty({ example: 'evt_1234567890-payment-succeeded' })
  message!: string;

  @ApiProperty({ example: 'payment.succeeded' })
  type!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  timestamp!: Date;

  /** `dead` is tried no more, unless it is replayed. */
  @ApiProperty({ enum: STATES, example: 'delivered' })
  state!: (typeof STATES)[number];

  /** How often it was sent. */
  @ApiProperty({ type: 'integer', example: 1 })
  sent!: number;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T10:00:05.000Z' })
  next_try?: Date;

  /** The last 50. */
  @ApiProperty({ type: [DeliveryTryDto] })
  tries!: DeliveryTryDto[];

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  created!: Date;
}

/** A delivery with what is sent. */
export class DeliveryWithBodyDto extends DeliveryDto {
  /** The body, as it is signed. */
  @ApiProperty({ example: '{"type":"payment.succeeded","timestamp":"2026-11-21T10:00:00.000Z","data":{}}' })
  body!: string;
}

/** Which messages are sent again. */
export class ReplayRangeDto {
  /** Of messages that were put into the outbox at this time or later. */
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T00:00:00.000Z' })
  @IsISO8601({ strict: true })
  from!: string;

  /** Until this time; now by default. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-22T00:00:00.000Z' })
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string;

  /** Those that were given up by default. */
  @ApiPropertyOptional({ enum: REPLAYED, default: 'dead', example: 'dead' })
  @IsOptional()
  @IsIn(REPLAYED)
  state?: (typeof REPLAYED)[number];
}

/** How many messages are sent again. */
export class ReplayedDto {
  @ApiProperty({ type: 'integer', example: 12 })
  replayed!: number;
}

/** How the test went. */
export class TestedDto extends DeliveryTryDto {
  @ApiProperty({ example: true })
  delivered!: boolean;
}
