import { idAt, integerAt, objectAt, textAt } from '../stripe/read.js';
import { callerMetadata, serverMetadata } from '../stripe/server-metadata.js';
import type { Fact, FactStatus } from './fact.js';
import type { PaymentDetails, PaymentFailure } from './payment.js';

// Each function reads one kind of Stripe's objects. Amounts, owners and projects come from what Stripe counts and
// from what this server noted there, never from what a client wrote into its metadata.

const INTENT_STATUSES = new Map<string | undefined, FactStatus>([
  ['processing', 'processing'],
  ['requires_capture', 'processing'],
  ['succeeded', 'succeeded'],
  ['canceled', 'canceled'],
]);

/** @param status what the event says, when it says more than the object */
export function intentFact(intent: unknown, at: Date, status?: FactStatus): Fact {
  const error = objectAt(intent, 'last_payment_error');
  const said = status ?? INTENT_STATUSES.get(textAt(intent, 'status')) ?? (error ? 'failed' : 'pending');
  const { payment, project, user } = serverMetadata(intent);
  const reference = textAt(intent, 'payment_details', 'order_reference');
  return {
    ids: {
      payment,
      payment_intent: textAt(intent, 'id'),
      charge: idAt(intent, 'latest_charge'),
      invoice: idAt(intent, 'invoice') ?? (reference?.startsWith('in_') ? reference : undefined),
    },
    project,
    status: said,
    at,
    amount: amountOf(intent, said),
    currency: currencyOf(intent),
    details: { ...personOf(intent), email: textAt(intent, 'receipt_email'), user },
    failure: said === 'failed' ? failureOf(error) : undefined,
  };
}

function amountOf(intent: unknown, status: FactStatus): number | undefined {
  const received = integerAt(intent, 'amount_received');
  return status === 'succeeded' && received ? received : integerAt(intent, 'amount');
}

export function sessionFact(session: unknown, at: Date, status?: FactStatus): Fact {
  const { payment, project, user } = serverMetadata(session);
  const mode = textAt(session, 'mode');
  return {
    ids: {
      payment,
      checkout_session: textAt(session, 'id'),
      payment_intent: idAt(session, 'payment_intent'),
      invoice: idAt(session, 'invoice'),
    },
    project,
    status: status ?? sessionStatus(session),
    at,
    amount: integerAt(session, 'amount_total'),
    currency: currencyOf(session),
    details: {
      ...personOf(session),
      mode: mode === 'subscription' ? mode : 'payment',
      subscription: idAt(session, 'subscription'),
      email: textAt(session, 'customer_details', 'email') ?? textAt(session, 'customer_email'),
      user,
    },
  };
}

/** Money that is on its way counts as `processing`. */
function sessionStatus(session: unknown): FactStatus {
  if (textAt(session, 'status') === 'expired') return 'canceled';
  const paid = textAt(session, 'payment_status');
  if (paid === 'paid' || paid === 'no_payment_required') return 'succeeded';
  return textAt(session, 'status') === 'complete' ? 'processing' : 'pending';
}

export function invoiceFact(invoice: unknown, at: Date, status: FactStatus): Fact {
  const { project, payment, user } = subscriptionMetadata(invoice);
  const isFirst = textAt(invoice, 'billing_reason') === 'subscription_create';
  const amount = status === 'succeeded' ? 'amount_paid' : 'amount_due';
  return {
    ids: {
      // What the checkout noted on the subscription is true of its first payment alone.
      payment: isFirst ? payment : undefined,
      invoice: textAt(invoice, 'id'),
      payment_intent:
        idAt(invoice, 'payment_intent') ?? idAt(invoice, 'payments', 'data', 0, 'payment', 'payment_intent'),
      charge: idAt(invoice, 'charge'),
    },
    project,
    status,
    at,
    amount: integerAt(invoice, amount),
    currency: currencyOf(invoice),
    details: {
      mode: 'subscription',
      subscription: subscriptionOf(invoice),
      customer: idAt(invoice, 'customer'),
      email: textAt(invoice, 'customer_email'),
      user,
      metadata: callerMetadata(invoice, 'parent', 'subscription_details') ?? callerMetadata(invoice),
    },
  };
}

export const subscriptionOf = (invoice: unknown): string | undefined =>
  idAt(invoice, 'parent', 'subscription_details', 'subscription') ?? idAt(invoice, 'subscription');

/** An invoice carries a copy of its subscription's metadata, in another place in older versions. */
export function subscriptionMetadata(invoice: unknown): ReturnType<typeof serverMetadata> {
  const places = [['parent', 'subscription_details'], ['subscription_details'], []];
  const noted = places.map((path) => serverMetadata(invoice, ...path));
  return noted.find(({ project }) => project !== undefined) ?? {};
}

/** @param exact whether the charge was read just now */
export function chargeFact(charge: unknown, at: Date, exact = false): Fact {
  const { payment, project } = serverMetadata(charge);
  return {
    ids: { payment, payment_intent: idAt(charge, 'payment_intent'), charge: textAt(charge, 'id') },
    project,
    at,
    amount: integerAt(charge, 'amount_captured') || integerAt(charge, 'amount'),
    currency: currencyOf(charge),
    amount_refunded: integerAt(charge, 'amount_refunded'),
    exact,
    details: personOf(charge),
  };
}

export function disputeFact(dispute: unknown, at: Date): Fact {
  const ids = { payment_intent: idAt(dispute, 'payment_intent'), charge: idAt(dispute, 'charge') };
  return { ids, at, disputed: true, onlyKnown: true };
}

const currencyOf = (object: unknown) => textAt(object, 'currency')?.toLowerCase();

function personOf(object: unknown): PaymentDetails {
  return { customer: idAt(object, 'customer'), metadata: callerMetadata(object) };
}

function failureOf(error: unknown): PaymentFailure {
  return {
    code: textAt(error, 'code'),
    decline_code: textAt(error, 'decline_code'),
    message: textAt(error, 'message'),
  };
}
