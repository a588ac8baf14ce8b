import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Cache } from '../../../platform/cache/cache.js';
import type { CacheArea } from '../../../platform/cache/cache-area.js';
import { DEFAULT_PROJECT, ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { PriceDto, PriceParametersDto, ProductDto, StripePageDto } from '../dto/billing.dto.js';
import { exponentOf, isCurrency } from '../money/currencies.js';
import { idAt } from '../stripe/read.js';
import { callerMetadata, serverMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';

const PAGE = 20;

/** How long a list is believed, in seconds; events of Stripe end it sooner where its webhook is set up. */
const LISTED_SECONDS = 60;

const ON_SALE = 'on-sale';

/**
 * What is on sale. Pages of shops ask for it with every visitor, and Stripe answers slowly, and only so many questions a
 * second.
 */
@Injectable()
export class Shop {
  /** All projects share one account at Stripe, and hear of its changes together. */
  private readonly lists: CacheArea;

  constructor(
    private readonly stripe: StripeClient,
    private readonly context: ProjectContext,
    cache: Cache,
  ) {
    this.lists = cache.area('payment-shop', 'installation');
  }

  async prices({ limit = PAGE, ...parameters }: PriceParametersDto): Promise<PriceDto[]> {
    return this.listed('prices', { ...parameters, limit }, async () => {
      const { data } = await this.stripe.call((stripe) =>
        stripe.prices.list({ ...parameters, limit, active: true }),
      );
      return data.filter((price) => this.isOnSale(price)).map(toPrice);
    });
  }

  async products({ limit = PAGE, starting_after }: StripePageDto): Promise<ProductDto[]> {
    return this.listed('products', { limit, starting_after }, async () => {
      const { data } = await this.stripe.call((stripe) =>
        stripe.products.list({ limit, starting_after, active: true }),
      );
      return data.filter((product) => this.isOnSale(product)).map(toProduct);
    });
  }

  /** Something else is on sale now. */
  async forget(): Promise<void> {
    await this.lists.invalidateTag(ON_SALE);
  }

  private listed<T>(what: string, parameters: object, ask: () => Promise<T>): Promise<T> {
    const key = [this.context.project, what, JSON.stringify(parameters)];
    return this.lists.getOrCompute(key, { seconds: LISTED_SECONDS, tags: [ON_SALE] }, ask);
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
