export { PaymentModule } from './payment.module.js';
export type { CheckoutEventData, PaymentEventData, StripeObjectData } from './events/payment-events.js';
export type { StripeEvent } from './events/stripe-event.js';
export { Ledger } from './ledger/ledger.service.js';
export type { Payment, PaymentStatus } from './ledger/payment.js';
export { Reconciler, type Reconciliation } from './reconcile/reconciler.service.js';
