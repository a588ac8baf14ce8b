import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsEmail, IsIn, IsInt, IsOptional, Length, Max, Min } from 'class-validator';
import { parseFlag, parseInteger } from '../../../platform/config/setting-parsers.js';
import { MayBeAbsent } from '../../../platform/http/may-be-absent.decorator.js';
import { IsCurrency, IsMetadata, IsPageUrl, IsStripeId } from './fields.decorator.js';

const METADATA = {
  type: 'object',
  additionalProperties: { type: 'string' },
  example: { plan: 'gold' },
} as const;

/** Somebody who pays. */
export class CustomerFieldsDto {
  @ApiPropertyOptional({ example: 'customer@example.com' })
  @MayBeAbsent()
  @IsEmail()
  email?: string;

  @ApiPropertyOptional({ example: 'Ada Lovelace' })
  @MayBeAbsent()
  @Length(1, 250)
  name?: string;

  @ApiPropertyOptional({ example: '+44 20 7946 0000' })
  @MayBeAbsent()
  @Length(1, 20)
  phone?: string;

  @ApiPropertyOptional(METADATA)
  @MayBeAbsent()
  @IsMetadata()
  metadata?: Record<string, string>;
}

/** A customer, as Stripe has them. */
export class CustomerDto {
  @ApiProperty({ example: 'cus_1234567890' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'customer@example.com' })
  email!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Ada Lovelace' })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '+44 20 7946 0000' })
  phone!: string | null;

  @ApiProperty(METADATA)
  metadata!: Record<string, string>;
}

/** Where a customer comes back to. */
export class PortalDto {
  @ApiProperty({ example: 'https://example.com/account' })
  @IsPageUrl()
  return_url!: string;
}

/** A page of Stripe's on which a customer looks after cards, bills and subscriptions. */
export class PortalSessionDto {
  @ApiProperty({ example: 'https://billing.stripe.com/p/session/1234567890' })
  url!: string;
}

/** What changes about a subscription. */
export class UpdateSubscriptionDto {
  /** The new price. */
  @ApiPropertyOptional({ example: 'price_1234567890' })
  @MayBeAbsent()
  @IsStripeId('price', 'plan')
  price?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, example: 2 })
  @MayBeAbsent()
  @IsInt()
  @Min(0)
  @Max(999_999)
  quantity?: number;

  /** Which line of the subscription; needed when it has several. */
  @ApiPropertyOptional({ example: 'si_1234567890' })
  @MayBeAbsent()
  @IsStripeId('si')
  item?: string;

  /** Whether it ends with the period that is paid. */
  @ApiPropertyOptional({ example: true })
  @MayBeAbsent()
  @IsBoolean()
  cancel_at_period_end?: boolean;

  /** What happens with the rest of the period. */
  @ApiPropertyOptional({
    enum: ['create_prorations', 'always_invoice', 'none'],
    default: 'create_prorations',
    example: 'create_prorations',
  })
  @MayBeAbsent()
  @IsIn(['create_prorations', 'always_invoice', 'none'])
  proration_behavior?: 'create_prorations' | 'always_invoice' | 'none';
}

/** When a subscription ends. */
export class CancelParametersDto {
  /** Whether it goes on until the end of the period that is paid; it ends now by default. */
  @ApiPropertyOptional({ type: Boolean, default: false, example: true })
  @IsOptional()
  @Transform(({ value }) => parseFlag(value))
  @IsBoolean()
  at_period_end?: boolean;
}

/** One line of a subscription. */
export class SubscriptionItemDto {
  @ApiProperty({ example: 'si_1234567890' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'price_1234567890' })
  price!: string | null;

  @ApiProperty({ type: 'integer', example: 1 })
  quantity!: number;

  /** End of the period that is paid. */
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-12-21T10:00:00.000Z' })
  current_period_end?: Date;
}

/** A subscription, as Stripe has it. */
export class SubscriptionDto {
  @ApiProperty({ example: 'sub_1234567890' })
  id!: string;

  /** Stripe's own word. */
  @ApiProperty({ example: 'active' })
  status!: string;

  @ApiProperty({ type: String, nullable: true, example: 'cus_1234567890' })
  customer!: string | null;

  @ApiProperty({ example: false })
  cancel_at_period_end!: boolean;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T10:00:00.000Z' })
  canceled_at?: Date;

  @ApiProperty({ type: [SubscriptionItemDto] })
  items!: SubscriptionItemDto[];

  @ApiProperty(METADATA)
  metadata!: Record<string, string>;
}

/** A page of one of Stripe's lists. */
export class StripePageDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20, example: 20 })
  @IsOptional()
  @Transform(({ value }) => parseInteger(value))
  @IsInt()
  @Min(1)
  @Max(100)
  limit?: number;

  /** Id of the last member of the page before. */
  @ApiPropertyOptional({ example: 'price_1234567890' })
  @IsOptional()
  @Length(1, 255)
  starting_after?: string;
}

/** Which prices. */
export class PriceParametersDto extends StripePageDto {
  @ApiPropertyOptional({ example: 'prod_1234567890' })
  @IsOptional()
  @IsStripeId('prod')
  product?: string;

  @ApiPropertyOptional({ example: 'usd' })
  @IsOptional()
  @IsCurrency()
  currency?: string;

  @ApiPropertyOptional({ enum: ['one_time', 'recurring'], example: 'recurring' })
  @IsOptional()
  @IsIn(['one_time', 'recurring'])
  type?: 'one_time' | 'recurring';
}

/** Which subscriptions. */
export class SubscriptionParametersDto extends StripePageDto {
  @ApiProperty({ example: 'cus_1234567890' })
  @IsStripeId('cus')
  customer!: string;
}

/** How often a price is paid. */
export class PriceIntervalDto {
  @ApiProperty({ example: 'month' })
  interval!: string;

  @ApiProperty({ type: 'integer', example: 1 })
  interval_count!: number;
}

/** A price of the shop. */
export class PriceDto {
  @ApiProperty({ example: 'price_1234567890' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'prod_1234567890' })
  product!: string | null;

  /** In the minor unit of the currency; `null` when it depends on the quantity. */
  @ApiProperty({ type: 'integer', nullable: true, example: 2999 })
  unit_amount!: number | null;

  @ApiProperty({ example: 'usd' })
  currency!: string;

  /** How many digits of the amount stand behind the decimal point: 0 for yen. */
  @ApiProperty({ type: 'integer', example: 2 })
  exponent!: number;

  @ApiProperty({ enum: ['one_time', 'recurring'], example: 'recurring' })
  type!: string;

  @ApiPropertyOptional({ type: PriceIntervalDto })
  recurring?: PriceIntervalDto;

  @ApiProperty({ type: String, nullable: true, example: 'Monthly' })
  nickname!: string | null;

  @ApiProperty(METADATA)
  metadata!: Record<string, string>;
}

/** A product of the shop. */
export class ProductDto {
  @ApiProperty({ example: 'prod_1234567890' })
  id!: string;

  @ApiProperty({ example: 'Premium' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Everything in it' })
  description!: string | null;

  @ApiProperty({ type: [String], example: ['https://example.com/product-image.jpg'] })
  images!: string[];

  @ApiProperty({ type: String, nullable: true, example: 'price_1234567890' })
  default_price!: string | null;

  @ApiProperty(METADATA)
  metadata!: Record<string, string>;
}
