import type { Fact } from '../ledger/fact.js';
import { chargeFact, disputeFact, intentFact, invoiceFact, sessionFact } from '../ledger/facts.js';
import { idAt, integerAt, textAt } from '../stripe/read.js';
import { createdAt, type StripeEvent } from './stripe-event.js';

/** What an event says of a payment; `undefined` when it says nothing of one. */
export function factOf(event: StripeEvent): Fact | undefined {
  const at = createdAt(event);
  const fact = READERS.get(event.type)?.(event.data.object, at);
  return fact && { ...fact, event: { id: event.id, type: event.type, created: at } };
}

type Reader = (object: unknown, at: Date) => Fact | undefined;

const intent =
  (status?: Fact['status']): Reader =>
  (object, at) =>
    intentFact(object, at, status);

const session =
  (status?: Fact['status']): Reader =>
  (object, at) =>
    // A session that only keeps a card for later is no payment.
    textAt(object, 'mode') === 'setup' ? undefined : sessionFact(object, at, status);

const invoice =
  (status: 'succeeded' | 'failed'): Reader =>
  (object, at) => {
    const fact = invoiceFact(object, at, status);
    // A trial is billed with nothing, which is no payment, but ends the checkout that began it.
    return status === 'succeeded' && integerAt(object, 'amount_paid') === 0 && !fact.ids.payment
      ? undefined
      : fact;
  };

/** A refund does not know how much was refunded in all: its charge has to be asked. */
const refund: Reader = (object, at) => ({
  ids: { payment_intent: idAt(object, 'payment_intent'), charge: idAt(object, 'charge') },
  at,
  onlyKnown: true,
});

const READERS = new Map<string, Reader>([
  ['payment_intent.created', intent()],
  ['payment_intent.processing', intent('processing')],
  ['payment_intent.requires_action', intent('pending')],
  ['payment_intent.amount_capturable_updated', intent()],
  ['payment_intent.payment_failed', intent('failed')],
  ['payment_intent.canceled', intent('canceled')],
  ['payment_intent.succeeded', intent('succeeded')],
  ['checkout.session.completed', session()],
  ['checkout.session.async_payment_succeeded', session('succeeded')],
  ['checkout.session.async_payment_failed', session('failed')],
  ['checkout.session.expired', session('canceled')],
  ['invoice.paid', invoice('succeeded')],
  ['invoice.payment_succeeded', invoice('succeeded')],
  ['invoice.payment_failed', invoice('failed')],
  ['charge.refunded', (object, at) => chargeFact(object, at)],
  ['charge.refund.updated', refund],
  ['refund.created', refund],
  ['refund.updated', refund],
  ['refund.failed', refund],
  ['charge.dispute.created', disputeFact],
]);

/** Events whose payment's refunds must be read from Stripe. */
export const tellsOfRefund = ({ type }: StripeEvent): boolean => READERS.get(type) === refund;
