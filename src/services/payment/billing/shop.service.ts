import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { DEFAULT_PROJECT, ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { PriceDto, PriceParametersDto, ProductDto, StripePageDto } from '../dto/billing.dto.js';
import { exponentOf, isCurrency } from '../money/currencies.js';
import { idAt } from '../stripe/read.js';
import { callerMetadata, serverMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';

const PAGE = 20;

/** What is on sale. */
@Injectable()
export class Shop {
  constructor(
    private readonly stripe: StripeClient,
    private readonly context: ProjectContext,
  ) {}

  async prices({ limit = PAGE, ...parameters }: PriceParametersDto): Promise<PriceDto[]> {
    const { data } = await this.stripe.call((stripe) =>
      stripe.prices.list({ ...parameters, limit, active: true }),
    );
    return data.filter((price) => this.isOnSale(price)).map(toPrice);
  }

  async products({ limit = PAGE, starting_after }: StripePageDto): Promise<ProductDto[]> {
    const { data } = await this.stripe.call((stripe) =>
      stripe.products.list({ limit, starting_after, active: true }),
    );
    return data.filter((product) => this.isOnSale(product)).map(toProduct);
  }

  /** What names no project was made at Stripe by hand, and is for all. */
  private isOnSale(object: unknown): boolean {
    const { project } = serverMetadata(object);
    return project === undefined || project === this.context.project || project === DEFAULT_PROJECT;
  }
}

function toPrice(price: Stripe.Price): PriceDto {
  const { id, unit_amount, currency, type, recurring, nickname } = price;
  return {
    id,
    product: idAt(price, 'product') ?? null,
    unit_amount: unit_amount ?? null,
    currency,
    exponent: isCurrency(currency) ? exponentOf(currency) : 2,
    type,
    ...(recurring
      ? { recurring: { interval: recurring.interval, interval_count: recurring.interval_count ?? 1 } }
      : {}),
    nickname: nickname ?? null,
    metadata: callerMetadata(price) ?? {},
  };
}

const toProduct = (product: Stripe.Product): ProductDto => ({
  id: product.id,
  name: product.name,
  description: product.description ?? null,
  images: product.images ?? [],
  default_price: idAt(product, 'default_price') ?? null,
  metadata: callerMetadata(product) ?? {},
});
