import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { parseFlag, parseInteger } from '../../../platform/config/setting-parsers.js';
import { PAYMENT_STATUSES, type PaymentStatus } from '../ledger/payment.js';
import { FailureDto } from './intent.dto.js';

/** Which page of a list. */
export class PageDto {
  /** Most members of the answer; 100 by default, and 1000 at most, unless the server is set up otherwise. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, example: 20 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  limit?: number;

  /** Members to leave out at the beginning. */
  @ApiPropertyOptional({ type: 'integer', minimum: 0, default: 0, example: 0 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(0)
  @Max(2 ** 31 - 1)
  skip?: number;
}

/** Which payments. */
export class LedgerParametersDto extends PageDto {
  /** A MongoDB query, as JSON. */
  @ApiPropertyOptional({ type: String, example: '{"amount":{"$gte":1000}}' })
  @IsOptional()
  @IsString()
  query?: string;

  @ApiPropertyOptional({ enum: PAYMENT_STATUSES, example: 'succeeded' })
  @IsOptional()
  @IsIn(PAYMENT_STATUSES)
  status?: PaymentStatus;

  /** Stripe's id of the intent. */
  @ApiPropertyOptional({ example: 'pi_1234567890' })
  @IsOptional()
  @Length(1, 255)
  payment_intent?: string;

  /** Stripe's id of the customer. */
  @ApiPropertyOptional({ example: 'cus_1234567890' })
  @IsOptional()
  @Length(1, 255)
  customer?: string;

  /** Stripe's id of the subscription. */
  @ApiPropertyOptional({ example: 'sub_1234567890' })
  @IsOptional()
  @Length(1, 255)
  subscription?: string;

  /** `_id` of the user who was signed in. */
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  @IsOptional()
  @Length(1, 256)
  user?: string;

  /** Order, as JSON: fields with 1 (ascending) or -1 (descending). The latest come first by default. */
  @ApiPropertyOptional({ type: String, example: '{"amount":-1}' })
  @IsOptional()
  @IsString()
  sort?: string;

  /** Whether to count all that match, into the `X-Total-Count` header. */
  @ApiPropertyOptional({ type: Boolean, default: false, example: true })
  @IsOptional()
  @Transform(({ value }) => parseFlag(value))
  @IsBoolean()
  count?: boolean;
}

/** An event of Stripe that told something of a payment. */
export class PaymentEventDto {
  @ApiProperty({ example: 'evt_1234567890' })
  id!: string;

  @ApiProperty({ example: 'payment_intent.succeeded' })
  type!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  created!: Date;
}

/** One payment of the ledger. */
export class PaymentDto {
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  _id!: string;

  /** Never goes back, but for a refund that a bank has refused. */
  @ApiProperty({ enum: PAYMENT_STATUSES, example: 'succeeded' })
  status!: PaymentStatus;

  /** In the minor unit of the currency. */
  @ApiProperty({ type: 'integer', example: 2999 })
  amount!: number;

  /** ISO 4217, in lower case. */
  @ApiProperty({ example: 'usd' })
  currency!: string;

  @ApiProperty({ type: 'integer', example: 0 })
  amount_refunded!: number;

  @ApiPropertyOptional({ enum: ['payment', 'subscription'], example: 'payment' })
  mode?: string;

  @ApiPropertyOptional({ example: 'pi_1234567890' })
  payment_intent?: string;

  @ApiPropertyOptional({ example: 'cs_test_1234567890' })
  checkout_session?: string;

  @ApiPropertyOptional({ example: 'in_1234567890' })
  invoice?: string;

  @ApiPropertyOptional({ example: 'sub_1234567890' })
  subscription?: string;

  @ApiPropertyOptional({ example: 'ch_1234567890' })
  charge?: string;

  @ApiPropertyOptional({ example: 'cus_1234567890' })
  customer?: string;

  @ApiPropertyOptional({ example: 'customer@example.com' })
  email?: string;

  /** `_id` of the user who was signed in when the payment was begun. */
  @ApiPropertyOptional({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  user?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { order_id: 'order_456' },
  })
  metadata?: Record<string, string>;

  @ApiPropertyOptional({ type: FailureDto })
  failure?: FailureDto;

  /** Whether the customer's bank was told that something is wrong. */
  @ApiPropertyOptional({ example: true })
  disputed?: boolean;

  /** All events that told of it, in the order in which they happened; the last 200. */
  @ApiProperty({ type: [PaymentEventDto] })
  events!: PaymentEventDto[];

  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  _inserted!: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T10:05:00.000Z' })
  _patched?: Date;
}
