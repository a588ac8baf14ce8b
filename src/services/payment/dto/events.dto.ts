import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Length } from 'class-validator';
import { PageDto } from './ledger.dto.js';

const STATES = ['pending', 'done', 'failed'] as const;

/** That a webhook is stored. */
export class ReceivedDto {
  @ApiProperty({ example: true })
  received!: true;
}

/** Which events. */
export class EventParametersDto extends PageDto {
  @ApiPropertyOptional({ example: 'payment_intent.succeeded' })
  @IsOptional()
  @Length(1, 200)
  type?: string;

  @ApiPropertyOptional({ enum: STATES, example: 'failed' })
  @IsOptional()
  @IsIn(STATES)
  state?: (typeof STATES)[number];
}

/** An event of Stripe, as it was received and processed. */
export class StripeEventDto {
  /** Stripe's `evt_…`. */
  @ApiProperty({ example: 'evt_1234567890' })
  id!: string;

  @ApiProperty({ example: 'payment_intent.succeeded' })
  type!: string;

  /** `failed` is tried no more, unless it is replayed. */
  @ApiProperty({ enum: STATES, example: 'done' })
  state!: (typeof STATES)[number];

  @ApiProperty({ type: 'integer', example: 1 })
  attempts!: number;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  created!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:01.000Z' })
  received!: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T10:00:01.000Z' })
  processed?: Date;

  /** Why the last try failed. */
  @ApiPropertyOptional({ example: 'Stripe cannot be reached.' })
  error?: string;
}
