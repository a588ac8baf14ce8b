import type { Fact, FactStatus } from './fact.js';
import type { Payment, PaymentSignal, PaymentStatus, StoredPayment } from './payment.js';

/** Most events that a payment keeps; a customer who tries a card again and again must not fill a document. */
const MAX_EVENTS = 200;

/**
 * How far a payment has come. It never goes back; within one step, what Stripe said last holds: after a failure
 * somebody may try again.
 */
const STEPS: Record<FactStatus, number> = { pending: 0, processing: 1, failed: 1, canceled: 2, succeeded: 3 };

/** The one event that comes for every try to pay. */
const INTENT_FAILED = 'payment_intent.payment_failed';

const stepOf = (status: PaymentStatus): number => (status in STEPS ? STEPS[status as FactStatus] : 3);

/** Whether the money has come, and may have gone back since. */
export const isSettled = (status: PaymentStatus): boolean => stepOf(status) === 3;

/** A payment of which nothing is known yet. */
export function newPayment(_id: string, now: Date): StoredPayment {
  return {
    _id,
    status: 'pending',
    amount: 0,
    currency: '',
    amount_refunded: 0,
    events: [],
    told: [],
    announced: { settled: false, refunded: 0 },
    version: 0,
    _inserted: now,
  };
}

/**
 * The payment after Stripe has said something of it. Facts may come in any order and more than once; the end is the
 * same.
 */
export function applyFact(payment: StoredPayment, fact: Fact): StoredPayment {
  const next: StoredPayment = { ...payment, ...idsOf(fact), ...definedIn(fact.details) };
  if (fact.disputed) next.disputed = true;
  next.amount_refunded = refundedAfter(payment, fact);
  advance(next, payment, fact);
  if (next.status === 'failed') {
    if (fact.failure && next.statusAt === fact.at) next.failure = fact.failure;
  } else delete next.failure;
  next.status = withRefunds(next);
  if (fact.event) note(next, payment, fact);
  return next;
}

/** Takes over everything that another document knows of the same payment. */
export function absorb(payment: StoredPayment, other: StoredPayment): StoredPayment {
  const further = isSettled(other.status) || stepOf(other.status) > stepOf(payment.status) ? other : payment;
  const known = payment.events.map(({ id }) => id);
  const merged: StoredPayment = {
    ...other,
    ...payment,
    status: further.status,
    statusAt: further.statusAt,
    amount: further.amount || payment.amount || other.amount,
    currency: further.currency || payment.currency || other.currency,
    amount_refunded: Math.max(payment.amount_refunded, other.amount_refunded),
    events: inOrder([...payment.events, ...other.events.filter(({ id }) => !known.includes(id))]),
    told: [...payment.told, ...other.told],
    announced: {
      settled: payment.announced.settled || other.announced.settled,
      refunded: Math.max(payment.announced.refunded, other.announced.refunded),
    },
    metadata: { ...other.metadata, ...payment.metadata },
  };
  merged.status = withRefunds(merged);
  return merged;
}

function advance(next: StoredPayment, { status, statusAt }: StoredPayment, fact: Fact): void {
  const { status: said, at } = fact;
  if (said === undefined) {
    // A refund speaks for itself: the money must have come before.
    if (next.amount_refunded > 0 && !isSettled(status)) {
      next.status = 'succeeded';
      takeAmount(next, fact);
    }
    if (next.currency === '') takeAmount(next, fact);
    return;
  }
  const ahead = STEPS[said] - stepOf(status);
  const isNews = ahead > 0 || (ahead === 0 && !isSettled(status) && (!statusAt || at >= statusAt));
  // The amount of a payment that has come is the one that came, and the first to say so knows it.
  if (isNews || next.currency === '') takeAmount(next, fact);
  if (!isNews) return;
  next.status = said;
  next.statusAt = at;
}

function takeAmount(next: StoredPayment, { amount, currency }: Fact): void {
  if (amount !== undefined) next.amount = amount;
  if (currency !== undefined) next.currency = currency;
}

function refundedAfter(
  { amount_refunded: known }: StoredPayment,
  { amount_refunded: said, exact }: Fact,
): number {
  if (said === undefined) return known;
  return exact ? said : Math.max(known, said);
}

function withRefunds({ status, amount, amount_refunded: refunded }: Payment): PaymentStatus {
  if (!isSettled(status)) return status;
  if (refunded <= 0) return 'succeeded';
  return refunded >= amount ? 'refunded' : 'partially_refunded';
}

/** Notes an event, and what it was the first to say; an event that is noted already says nothing new. */
function note(next: StoredPayment, before: StoredPayment, { event, status }: Fact): void {
  if (!event || before.events.some(({ id }) => id === event.id)) return;
  const signals = signalsOf(next, before, event.type, status);
  next.events = inOrder([...before.events, event]).slice(-MAX_EVENTS);
  next.told = [...before.told, ...signals.map((signal) => ({ event: event.id, signal }))].slice(-MAX_EVENTS);
  const ofIntent = event.type === INTENT_FAILED;
  next.announced = {
    settled: isSettled(next.status) || before.announced.settled,
    refunded: Math.max(next.amount_refunded, before.announced.refunded),
    failed: ofIntent ? false : signals.includes('payment.failed') || before.announced.failed,
  };
}

function signalsOf(
  { status, amount_refunded: refunded }: StoredPayment,
  before: StoredPayment,
  type: string,
  said: FactStatus | undefined,
): PaymentSignal[] {
  const signals: PaymentSignal[] = [];
  if (isSettled(status) && !before.announced.settled) signals.push('payment.succeeded');
  if (refunded > before.announced.refunded) signals.push('payment.refunded');
  // An intent fails once for every try; sessions and invoices tell of the same tries once more.
  const isTry = type === INTENT_FAILED ? !before.announced.failed : before.status !== 'failed';
  if (said === 'failed' && status === 'failed' && isTry) signals.push('payment.failed');
  return signals;
}

const inOrder = (events: StoredPayment['events']) =>
  events.toSorted((one, other) => one.created.getTime() - other.created.getTime());

function idsOf({ ids: { payment: _payment, ...ids } }: Fact): Partial<StoredPayment> {
  return definedIn(ids);
}

/** Only what is said: a later event that is silent about something does not take it away. */
function definedIn<T extends object>(value: T | undefined): Partial<T> {
  const entries = Object.entries(value ?? {}).filter(([, member]) => member !== undefined && member !== null);
  return Object.fromEntries(entries) as Partial<T>;
}
