import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsEmail, Length, Matches } from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { IsAmount, IsCurrency, IsMetadata, IsStripeId } from './fields.decorator.js';

/** A payment that the application's own page takes, with Stripe's elements. */
export class CreateIntentDto {
  /** In the minor unit of the currency: 2999 is 29.99 dollars, 500 is 500 yen. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 2999 })
  @IsAmount({ min: 1 })
  amount!: number;

  /** ISO 4217. */
  @ApiProperty({ example: 'usd' })
  @IsCurrency()
  currency!: string;

  @ApiPropertyOptional({ example: 'cus_1234567890' })
  @MayBeAbsent()
  @IsStripeId('cus')
  customer?: string;

  /** Where Stripe sends the receipt. */
  @ApiPropertyOptional({ example: 'customer@example.com' })
  @MayBeAbsent()
  @IsEmail()
  email?: string;

  @ApiPropertyOptional({ example: 'Order 456' })
  @MayBeAbsent()
  @Length(1, 1000)
  description?: string;

  /** Ways to pay, such as `card`; those that the account is set up for by default. */
  @ApiPropertyOptional({ type: [String], example: ['card'] })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @Matches(/^[a-z_]{1,50}$/, { each: true })
  payment_method_types?: string[];

  /** Texts of your own, which come back with the payment. Whose payment it is, is not taken from here. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { order_id: 'order_456' },
  })
  @MayBeAbsent()
  @IsMetadata()
  metadata?: Record<string, string>;
}

/** A payment that waits for its card. */
export class IntentDto {
  @ApiProperty({ example: 'pi_1234567890' })
  id!: string;

  /** For the front end, to finish the payment with. Not to be stored or logged. */
  @ApiProperty({ type: String, nullable: true, example: 'pi_1234567890_secret_abc' })
  client_secret!: string | null;

  /** Stripe's own word for where it stands. */
  @ApiProperty({ example: 'requires_payment_method' })
  status!: string;

  @ApiProperty({ type: 'integer', example: 2999 })
  amount!: number;

  @ApiProperty({ example: 'usd' })
  currency!: string;

  /** `STRIPE_PUBLISHABLE_KEY`, which the front end needs as well; absent when it is not set. */
  @ApiPropertyOptional({ example: 'pk_test_1234567890' })
  publishable_key?: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { order_id: 'order_456' },
  })
  metadata!: Record<string, string>;
}

/** Why the last attempt failed, in Stripe's codes. */
export class FailureDto {
  @ApiPropertyOptional({ example: 'card_declined' })
  code?: string;

  @ApiPropertyOptional({ example: 'insufficient_funds' })
  decline_code?: string;

  @ApiPropertyOptional({ example: 'Your card has insufficient funds.' })
  message?: string;
}

/** Where a payment stands. */
export class PaymentStatusDto {
  @ApiProperty({ example: 'pi_1234567890' })
  id!: string;

  /** Stripe's own word: that of the intent, or the payment status of a checkout session. */
  @ApiProperty({ example: 'succeeded' })
  status!: string;

  /** Where it stands in the ledger. */
  @ApiProperty({ example: 'succeeded' })
  payment_status!: string;

  /** `_id` in the ledger. */
  @ApiProperty({ example: '65f0c1d2e3a4b5c6d7e8f901' })
  payment!: string;

  @ApiProperty({ type: 'integer', example: 2999 })
  amount!: number;

  @ApiProperty({ type: 'integer', example: 0 })
  amount_refunded!: number;

  @ApiProperty({ example: 'usd' })
  currency!: string;

  @ApiPropertyOptional({ type: FailureDto })
  failure?: FailureDto;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { order_id: 'order_456' },
  })
  metadata!: Record<string, string>;
}
