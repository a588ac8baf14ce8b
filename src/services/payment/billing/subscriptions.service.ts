import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { IdempotencyToken } from '../../../platform/http/idempotency/idempotency-token.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type {
  SubscriptionDto,
  SubscriptionItemDto,
  SubscriptionParametersDto,
  UpdateSubscriptionDto,
} from '../dto/billing.dto.js';
import { idAt, integerAt, textAt, timeAt } from '../stripe/read.js';
import { assertOwn, callerMetadata, noSuch, serverMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';
import { Customers } from './customers.service.js';

const PAGE = 20;

/** Subscriptions: what a customer pays again and again. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly stripe: StripeClient,
    private readonly customers: Customers,
    private readonly context: ProjectContext,
  ) {}

  /** @throws CoglexError `not_found` */
  async get(id: string): Promise<SubscriptionDto> {
    return toDto(await this.own(id));
  }

  /** Those of one customer, ended ones as well. @throws CoglexError `not_found` */
  async list({
    customer,
    limit = PAGE,
    starting_after,
  }: SubscriptionParametersDto): Promise<SubscriptionDto[]> {
    await this.customers.own(customer);
    const { data } = await this.stripe.call((stripe) =>
      stripe.subscriptions.list({ customer, status: 'all', limit, starting_after }),
    );
    return data.map(toDto);
  }

  /** @throws CoglexError `not_found`, `validation_failed` when it is not clear which line changes */
  async update(
    id: string,
    { price, quantity, item, cancel_at_period_end, proration_behavior }: UpdateSubscriptionDto,
    token?: IdempotencyToken,
  ): Promise<SubscriptionDto> {
    const subscription = await this.own(id);
    const changesItem = price !== undefined || quantity !== undefined;
    const change: Stripe.SubscriptionUpdateParams = {
      ...(changesItem ? { items: [{ id: itemOf(subscription, item), price, quantity }] } : {}),
      ...(cancel_at_period_end === undefined ? {} : { cancel_at_period_end }),
      ...(proration_behavior === undefined ? {} : { proration_behavior }),
    };
    return toDto(
      await this.stripe.call((stripe, options) => stripe.subscriptions.update(id, change, options), token),
    );
  }

  /** @param atPeriodEnd whether it goes on until the end of what is paid */
  async cancel(id: string, atPeriodEnd: boolean): Promise<SubscriptionDto> {
    await this.own(id);
    return toDto(
      await this.stripe.call((stripe) =>
        atPeriodEnd
          ? stripe.subscriptions.update(id, { cancel_at_period_end: true })
          : stripe.subscriptions.cancel(id),
      ),
    );
  }

  private async own(id: string): Promise<Stripe.Subscription> {
    if (!/^sub_\w+$/.test(id)) throw noSuch('subscription');
    const subscription = await this.stripe.call((stripe) => stripe.subscriptions.retrieve(id));
    const customer = idAt(subscription, 'customer');
    // One that was made at Stripe by hand belongs to the project of its customer.
    if (serverMetadata(subscription).project === undefined && customer !== undefined)
      await this.customers.own(customer);
    else assertOwn(subscription, this.context.project, 'subscription');
    return subscription;
  }
}

function itemOf(subscription: Stripe.Subscription, item: string | undefined): string {
  const items = subscription.items?.data ?? [];
  const found = item === undefined && items.length === 1 ? items[0] : items.find(({ id }) => id === item);
  if (found) return found.id;
  const message =
    item === undefined
      ? 'item says which line of the subscription changes'
      : 'item is no line of the subscription';
  throw new CoglexError('validation_failed', { detail: message, errors: [{ field: '/item', message }] });
}

function toDto(subscription: Stripe.Subscription): SubscriptionDto {
  const canceled = timeAt(subscription, 'canceled_at');
  return {
    id: subscription.id,
    status: subscription.status,
    customer: idAt(subscription, 'customer') ?? null,
    cancel_at_period_end: subscription.cancel_at_period_end ?? false,
    ...(canceled ? { canceled_at: canceled } : {}),
    items: (subscription.items?.data ?? []).map(toItem),
    metadata: callerMetadata(subscription) ?? {},
  };
}

function toItem(item: unknown): SubscriptionItemDto {
  const end = timeAt(item, 'current_period_end');
  return {
    id: textAt(item, 'id') ?? '',
    price: idAt(item, 'price') ?? null,
    quantity: integerAt(item, 'quantity') ?? 1,
    ...(end ? { current_period_end: end } : {}),
  };
}
