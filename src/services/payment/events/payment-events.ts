import type { Payment } from '../ledger/payment.js';
import type { Plain } from '../stripe/read.js';
import type { StripeEvent } from './stripe-event.js';

/** A payment, as events carry it. `id` is its `_id`. */
export type PaymentEventData = Payment & { id: string };

/** A completed checkout: Stripe's session, and the payment in the ledger that it led to. */
export interface CheckoutEventData {
  /** Stripe's `cs_…`. */
  id: string;
  payment?: PaymentEventData;
  session: Plain;
}

/** One of Stripe's objects, as it was when it happened; `id` is Stripe's. */
export type StripeObjectData = Plain & { id?: string };

declare module '../../../platform/events/event-map.js' {
  interface EventMap {
    /** The money has come; once for each payment, whichever of Stripe's events says so first. */
    'payment.succeeded': PaymentEventData;
    /** An attempt to pay failed; the payment may still succeed. */
    'payment.failed': PaymentEventData;
    /** More of a payment has gone back than before; `amount_refunded` says how much in all. */
    'payment.refunded': PaymentEventData;
    'checkout.completed': CheckoutEventData;
    'subscription.created': StripeObjectData;
    'subscription.updated': StripeObjectData;
    'subscription.canceled': StripeObjectData;
    'invoice.paid': StripeObjectData;
    'invoice.failed': StripeObjectData;
    'dispute.opened': StripeObjectData;
    /** Every event of Stripe, as it came, under its own name: `stripe.payment_intent.succeeded`. */
    [raw: `stripe.${string}`]: StripeEvent;
  }
}

/** Events of Stripe that others hear of under a name of ours, with Stripe's object as their data. */
export const TYPED = new Map<
  string,
  | 'subscription.created'
  | 'subscription.updated'
  | 'subscription.canceled'
  | 'invoice.paid'
  | 'invoice.failed'
  | 'dispute.opened'
>([
  ['customer.subscription.created', 'subscription.created'],
  ['customer.subscription.updated', 'subscription.updated'],
  ['customer.subscription.deleted', 'subscription.canceled'],
  ['invoice.paid', 'invoice.paid'],
  ['invoice.payment_failed', 'invoice.failed'],
  ['charge.dispute.created', 'dispute.opened'],
]);
