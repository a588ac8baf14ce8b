import type { PaymentDetails, PaymentEvent, PaymentFailure, PaymentIds } from './payment.js';

/** What Stripe can say of the state of a payment itself; refunds follow from amounts. */
export type FactStatus = 'pending' | 'processing' | 'failed' | 'canceled' | 'succeeded';

/** Something that Stripe says of a payment. Facts may come in any order, late, and more than once. */
export interface Fact {
  ids: PaymentIds & {
    /** `_id` in the ledger, which this server put into the metadata. */
    payment?: string;
  };
  /** Project that the metadata names; the default one without. */
  project?: string;
  status?: FactStatus;
  /** When it was so, by Stripe's clock. */
  at: Date;
  amount?: number;
  currency?: string;
  /** In all, not this time. */
  amount_refunded?: number;
  /** Whether `amount_refunded` was just read from Stripe, so that it may also be less than what is known. */
  exact?: boolean;
  details?: PaymentDetails;
  failure?: PaymentFailure;
  disputed?: boolean;
  /** Says nothing of a payment that is not in the ledger. */
  onlyKnown?: boolean;
  /** The event that told it; none for what was read from Stripe. */
  event?: PaymentEvent;
}
