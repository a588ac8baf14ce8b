import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, Max, Min, ValidateIf, Matches } from 'class-validator';
import { MAX_AMOUNT } from '../money/currencies.js';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { IsMetadata, IsStripeId } from './fields.decorator.js';

const REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'] as const;

/** Money that goes back. */
export class CreateRefundDto {
  /** Stripe's id of the payment; either this or `payment`. */
  @ApiPropertyOptional({ example: 'pi_1234567890' })
  @ValidateIf(
    ({ payment, payment_intent }: CreateRefundDto) => payment_intent !== undefined || payment === undefined,
  )
  @IsStripeId('pi')
  payment_intent?: string;

  /** `_id` of the payment in the ledger. */
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  @MayBeAbsent()
  @Matches(/^[0-9a-f]{24}$/)
  payment?: string;

  /** How much, in the minor unit of the payment's currency; all that is left by default. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 500 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(MAX_AMOUNT)
  amount?: number;

  @ApiPropertyOptional({ enum: REASONS, example: 'requested_by_customer' })
  @MayBeAbsent()
  @IsIn(REASONS)
  reason?: (typeof REASONS)[number];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { ticket: '77' },
  })
  @MayBeAbsent()
  @IsMetadata()
  metadata?: Record<string, string>;
}

/** A refund, as Stripe has it. */
export class RefundDto {
  @ApiProperty({ example: 're_1234567890' })
  id!: string;

  @ApiProperty({ example: 'pi_1234567890' })
  payment_intent!: string;

  @ApiProperty({ type: 'integer', example: 500 })
  amount!: number;

  @ApiProperty({ example: 'usd' })
  currency!: string;

  /** Stripe's own word. */
  @ApiProperty({ type: String, nullable: true, example: 'succeeded' })
  status!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'requested_by_customer' })
  reason!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { ticket: '77' } })
  metadata!: Record<string, string>;
}
