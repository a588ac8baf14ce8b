import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsEmail,
  IsIn,
  IsInt,
  IsString,
  Length,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { IsAmount, IsCurrency, IsMetadata, IsPageUrl, IsStripeId } from './fields.decorator.js';
import { Nested, NestedList } from '../../../platform/http/nested.decorator.js';

/** What is sold. */
export class ProductDataDto {
  @ApiProperty({ example: 'Premium Subscription' })
  @Length(1, 250)
  name!: string;

  @ApiPropertyOptional({ example: 'Monthly premium access' })
  @MayBeAbsent()
  @Length(1, 1000)
  description?: string;

  @ApiPropertyOptional({ type: [String], example: ['https://example.com/product-image.jpg'] })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(8)
  @IsString({ each: true })
  @Length(1, 2048, { each: true })
  images?: string[];
}

/** How often a subscription is paid. */
export class RecurringDto {
  @ApiProperty({ enum: ['day', 'week', 'month', 'year'], example: 'month' })
  @IsIn(['day', 'week', 'month', 'year'])
  interval!: 'day' | 'week' | 'month' | 'year';

  /** Every so many intervals. */
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1095, default: 1, example: 1 })
  @MayBeAbsent()
  @IsInt()
  @Min(1)
  @Max(1095)
  interval_count?: number;
}

/** A price that is made for this checkout. */
export class PriceDataDto {
  /** ISO 4217. */
  @ApiProperty({ example: 'usd' })
  @IsCurrency()
  currency!: string;

  /** In the minor unit of the currency: 2999 is 29.99 dollars, 500 is 500 yen. */
  @ApiProperty({ type: 'integer', minimum: 0, example: 2999 })
  @IsAmount()
  unit_amount!: number;

  @ApiProperty({ type: ProductDataDto })
  @Nested(() => ProductDataDto)
  product_data!: ProductDataDto;

  /** For a subscription. */
  @ApiPropertyOptional({ type: RecurringDto })
  @MayBeAbsent()
  @Nested(() => RecurringDto)
  recurring?: RecurringDto;
}

/** One line of a checkout: a price that Stripe knows, or one that is made for it. */
export class LineDto {
  /** Id of a price; either this or `price_data`. */
  @ApiPropertyOptional({ example: 'price_1234567890' })
  @ValidateIf(({ price, price_data }: LineDto) => price !== undefined || price_data === undefined)
  @IsStripeId('price', 'plan')
  price?: string;

  @ApiPropertyOptional({ type: PriceDataDto })
  @MayBeAbsent()
  @Nested(() => PriceDataDto)
  price_data?: PriceDataDto;

  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  @IsInt()
  @Min(1)
  @Max(999_999)
  quantity!: number;
}

/** A page of Stripe's on which a customer pays. */
export class CheckoutDto {
  @ApiProperty({ enum: ['payment', 'subscription'], example: 'payment' })
  @IsIn(['payment', 'subscription'])
  mode!: 'payment' | 'subscription';

  /** Where the customer comes back to; `{CHECKOUT_SESSION_ID}` in it becomes the id of the session. */
  @ApiProperty({ example: 'https://example.com/success?session_id={CHECKOUT_SESSION_ID}' })
  @IsPageUrl()
  success_url!: string;

  @ApiPropertyOptional({ example: 'https://example.com/cancel' })
  @MayBeAbsent()
  @IsPageUrl()
  cancel_url?: string;

  /** Filled in on the page; not together with `customer`. */
  @ApiPropertyOptional({ example: 'customer@example.com' })
  @MayBeAbsent()
  @IsEmail()
  email?: string;

  /** Id of a customer that Stripe knows. */
  @ApiPropertyOptional({ example: 'cus_1234567890' })
  @MayBeAbsent()
  @IsStripeId('cus')
  customer?: string;

  @ApiProperty({ type: [LineDto], minItems: 1, maxItems: 100 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @NestedList(() => LineDto)
  linedata!: LineDto[];

  /** Texts of your own, which come back with the payment. Whose payment it is, is not taken from here. */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { order_id: 'order_456', source: 'web_app' },
  })
  @MayBeAbsent()
  @IsMetadata()
  metadata?: Record<string, string>;
}

/** A checkout that waits for its customer. */
export class CheckoutSessionDto {
  @ApiProperty({ example: 'cs_test_1234567890' })
  id!: string;

  /** The page to send the customer to. */
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'https://checkout.stripe.com/c/pay/cs_test_1234567890',
  })
  url!: string | null;

  @ApiProperty({ example: 'unpaid' })
  payment_status!: string;

  @ApiProperty({ type: String, nullable: true, example: 'customer@example.com' })
  customer_email!: string | null;

  @ApiProperty({ example: 'payment' })
  mode!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { order_id: 'order_456', source: 'web_app' },
  })
  metadata!: Record<string, string>;
}
