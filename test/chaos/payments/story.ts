import { randomBytes } from 'node:crypto';
import type { StripeServer } from '../../support/stripe/stripe-server.ts';
import type { StripeEvent } from '../../support/stripe/state.ts';

/** What a payment must have become when everything has been told. */
export interface Truth {
  status: string;
  amount: number;
  amount_refunded: number;
}

const random = (below: number) => Math.floor(Math.random() * below);

/** Payments of all kinds, until there are so many events. @returns the truth by payment intent */
export function tell(stripe: StripeServer, events: number): Map<string, Truth> {
  const truth = new Map<string, Truth>();
  while (stripe.state.events.length < events) {
    const amount = 100 + random(10_000);
    const intent = stripe.payments.make({
      amount,
      currency: 'usd',
      metadata: { coglex_project: 'default', coglex_payment: randomBytes(12).toString('hex') },
    });
    const kind = random(5);
    if (kind < 2) {
      try {
        stripe.payments.confirm(intent, 'pm_card_chargeDeclined');
      } catch {
        // The events tell of it.
      }
    }
    if (kind === 0) {
      truth.set(intent.id, { status: 'failed', amount, amount_refunded: 0 });
      continue;
    }
    stripe.payments.confirm(intent, 'pm_card_visa');
    const refunds = kind === 3 ? [amount] : kind === 4 ? [random(50) + 1, random(49) + 1] : [];
    for (const part of refunds) stripe.payments.refund({ payment_intent: intent.id, amount: String(part) });
    const amount_refunded = refunds.reduce((sum, part) => sum + part, 0);
    const status =
      amount_refunded === 0 ? 'succeeded' : amount_refunded === amount ? 'refunded' : 'partially_refunded';
    truth.set(intent.id, { status, amount, amount_refunded });
  }
  return truth;
}

/** Every event once, some twice and three times, in no order at all. */
export function shuffled(events: readonly StripeEvent[]): StripeEvent[] {
  const many = events.flatMap((event) => Array<StripeEvent>(1 + random(3)).fill(event));
  for (let at = many.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [many[at], many[other]] = [many[other], many[at]];
  }
  return many;
}
