import { declineOf } from './cards.ts';
import { listOf, metadataOf, numberOf, textOf, type Form } from './form.ts';
import type { Payments } from './payments.ts';
import { nowSeconds, StripeFault, type StripeObject, type StripeState } from './state.ts';

const MONTH = 30 * 86_400;

/** Customers, prices, subscriptions and their invoices. */
export class Billing {
  private readonly state: StripeState;
  private readonly payments: Payments;

  constructor(state: StripeState, payments: Payments) {
    this.state = state;
    this.payments = payments;
  }

  customer(form: Form, existing?: StripeObject): StripeObject {
    const fields = Object.fromEntries(
      ['email', 'name', 'phone'].flatMap((name) => {
        const value = textOf(form, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const metadata = { ...existing?.metadata, ...metadataOf(form) };
    if (existing) return Object.assign(existing, fields, { metadata });
    const empty = { email: null, name: null, phone: null };
    const customer = this.state.add('cus', 'customer', { ...empty, ...fields, metadata });
    this.state.emit('customer.created', customer);
    return customer;
  }

  product(name: string, fields: Record<string, unknown> = {}): StripeObject {
    return this.state.add('prod', 'product', {
      name,
      active: true,
      description: null,
      images: [],
      default_price: null,
      ...fields,
    });
  }

  price(
    product: string,
    unit_amount: number,
    currency: string,
    recurring: object | null = null,
  ): StripeObject {
    const type = recurring ? 'recurring' : 'one_time';
    return this.state.add('price', 'price', {
      product,
      unit_amount,
      currency,
      recurring,
      type,
      active: true,
    });
  }

  /** A new subscription and its first invoice, paid by a card. */
  subscribe(
    customer: string,
    items: { price: StripeObject; quantity: number }[],
    metadata: Record<string, string>,
    card: string,
  ): { subscription: StripeObject; invoice: StripeObject } {
    const subscription = this.state.add('sub', 'subscription', {
      customer,
      status: 'active',
      metadata,
      currency: items[0].price.currency as string,
      cancel_at_period_end: false,
      canceled_at: null,
    });
    subscription.items = {
      object: 'list',
      data: items.map(({ price, quantity }) =>
        this.state.add('si', 'subscription_item', {
          price,
          quantity,
          subscription: subscription.id,
          current_period_start: nowSeconds(),
          current_period_end: nowSeconds() + MONTH,
        }),
      ),
    };
    const invoice = this.bill(subscription, 'subscription_create', card);
    this.state.emit('customer.subscription.created', subscription);
    return { subscription, invoice };
  }

  /** A month has passed. */
  renew(id: string, card = '4242424242424242'): StripeObject {
    return this.bill(this.state.get(id, 'subscription'), 'subscription_cycle', card);
  }

  private bill(subscription: StripeObject, billing_reason: string, card: string): StripeObject {
    const items = (subscription.items as { data: StripeObject[] }).data;
    const due = items.reduce(
      (sum, { price, quantity }) => sum + (price as StripeObject).unit_amount * (quantity as number),
      0,
    );
    const { currency, customer } = subscription as unknown as Record<string, string>;
    const invoice = this.state.add('in', 'invoice', {
      amount_due: due,
      amount_paid: 0,
      billing_reason,
      currency,
      customer,
      status: 'open',
      parent: {
        type: 'subscription_details',
        subscription_details: { subscription: subscription.id, metadata: { ...subscription.metadata } },
      },
    });
    // An intent of an invoice has none of the metadata; its reference alone leads back.
    const intent = this.payments.make({
      amount: due,
      currency,
      customer,
      payment_details: { order_reference: invoice.id },
    });
    this.state.add('inpay', 'invoice_payment', {
      invoice: invoice.id,
      amount_paid: due,
      payment: { type: 'payment_intent', payment_intent: intent.id },
    });
    if (declineOf(card)) {
      try {
        this.payments.confirm(intent, card);
      } catch {
        // The decline is told by events alone.
      }
      this.state.emit('invoice.payment_failed', invoice);
      return invoice;
    }
    this.payments.confirm(intent, card);
    Object.assign(invoice, { status: 'paid', amount_paid: due });
    this.state.emit('invoice.paid', invoice);
    this.state.emit('invoice.payment_succeeded', invoice);
    return invoice;
  }

  update(subscription: StripeObject, form: Form): StripeObject {
    const items = (subscription.items as { data: StripeObject[] }).data;
    for (const change of listOf(form, 'items')) {
      const item = items.find(({ id }) => id === textOf(change, 'id'));
      if (!item) throw new StripeFault(400, { type: 'invalid_request_error', message: 'No such item' });
      const price = textOf(change, 'price');
      if (price !== undefined) item.price = this.state.get(price, 'price');
      item.quantity = numberOf(change, 'quantity') ?? (item.quantity as number);
    }
    const atEnd = textOf(form, 'cancel_at_period_end');
    if (atEnd !== undefined) subscription.cancel_at_period_end = atEnd === 'true';
    subscription.metadata = { ...subscription.metadata, ...metadataOf(form) };
    this.state.emit('customer.subscription.updated', subscription);
    return subscription;
  }

  cancel(subscription: StripeObject): StripeObject {
    Object.assign(subscription, { status: 'canceled', canceled_at: nowSeconds() });
    this.state.emit('customer.subscription.deleted', subscription);
    return subscription;
  }
}
