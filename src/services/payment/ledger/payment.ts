/** Where a payment stands. */
export const PAYMENT_STATUSES = [
  'pending',
  'processing',
  'failed',
  'canceled',
  'succeeded',
  'partially_refunded',
  'refunded',
] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** Why the last attempt to pay failed, in Stripe's codes. */
export interface PaymentFailure {
  code?: string;
  decline_code?: string;
  message?: string;
}

/** An event of Stripe that told something of a payment. */
export interface PaymentEvent {
  /** Stripe's `evt_…`. */
  id: string;
  type: string;
  created: Date;
}

/** Objects of Stripe by which a payment is known; each belongs to one payment. */
export interface PaymentIds {
  payment_intent?: string;
  checkout_session?: string;
  invoice?: string;
  charge?: string;
}

/** What is known of a payment beside its state. */
export interface PaymentDetails {
  mode?: 'payment' | 'subscription';
  subscription?: string;
  customer?: string;
  email?: string;
  /** `_id` of the user who was signed in when the payment was begun. */
  user?: string;
  /** The application's own, without what the server added. */
  metadata?: Record<string, string>;
}

/** One payment of the ledger, as callers see it. */
export interface Payment extends PaymentIds, PaymentDetails {
  _id: string;
  status: PaymentStatus;
  /** In the minor unit of the currency. */
  amount: number;
  /** ISO 4217, in lower case. */
  currency: string;
  amount_refunded: number;
  failure?: PaymentFailure;
  disputed?: boolean;
  events: PaymentEvent[];
  _inserted: Date;
  _patched?: Date;
}

/** Events of ours that a payment can give rise to. */
export type PaymentSignal = 'payment.succeeded' | 'payment.failed' | 'payment.refunded';

/** One payment as it is stored. */
export interface StoredPayment extends Payment {
  /** Counts the changes, so that nobody overwrites what somebody else has written meanwhile. */
  version: number;
  /** Which event of Stripe was the first to say what we tell others: asked again, it says it again. */
  told: { event: string; signal: PaymentSignal }[];
  /** What others were told; what was found out in another way than by an event is told with the next event. */
  announced: {
    settled: boolean;
    refunded: number;
    /** A failure was told because a session or an invoice said so; its intent is yet to say the same. */
    failed?: boolean;
  };
  /** When Stripe said what stands in `status`. */
  statusAt?: Date;
}

/** What callers see of a stored payment. */
export function toPayment({
  version: _v,
  told: _t,
  announced: _a,
  statusAt: _s,
  ...payment
}: StoredPayment): Payment {
  return payment;
}

const HIDDEN = new Set(['version', 'told', 'announced', 'statusAt']);

/** Whether a field of a stored payment is nobody's business. */
export const isHiddenField = (field: string): boolean => HIDDEN.has(field);
