import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { BillingController } from './billing.controller.js';
import { Customers } from './billing/customers.service.js';
import { Shop } from './billing/shop.service.js';
import { Subscriptions } from './billing/subscriptions.service.js';
import { CheckoutService } from './checkout/checkout.service.js';
import { Intents } from './checkout/intents.service.js';
import { Refunds } from './checkout/refunds.service.js';
import { StripeEventProcessor } from './events/stripe-event-processor.service.js';
import { StripeEventStore } from './events/stripe-event-store.service.js';
import { StripeEventWorker } from './events/stripe-event-worker.service.js';
import { StripeEventsService } from './events/stripe-events.service.js';
import { StripeLinks } from './events/stripe-links.service.js';
import { StripeSignature } from './events/stripe-signature.service.js';
import { LedgerReader } from './ledger/ledger-reader.service.js';
import { Ledger } from './ledger/ledger.service.js';
import { PaymentController } from './payment.controller.js';
import { Reconciler } from './reconcile/reconciler.service.js';
import { StripeClient } from './stripe/stripe-client.service.js';
import { StripeHealth } from './stripe/stripe-health.service.js';
import { StripeEventsController } from './stripe-events.controller.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** Payments by Stripe: `/service/payment/v1`, and {@link Ledger} for applications. */
@Module({
  imports: [QueryModule],
  controllers: [PaymentController, BillingController, StripeEventsController],
  providers: [
    CheckoutService,
    Intents,
    Refunds,
    Customers,
    Subscriptions,
    Shop,
    Ledger,
    LedgerReader,
    StripeClient,
    StripeHealth,
    StripeLinks,
    StripeSignature,
    StripeEventStore,
    StripeEventProcessor,
    StripeEventWorker,
    StripeEventsService,
    Reconciler,
  ],
  exports: [Ledger, Reconciler],
})
export class PaymentModule {
  constructor(modules: ModuleRegistry, stripe: StripeClient) {
    modules.register({
      key: 'payment',
      title: 'Payments',
      needs: ['database'],
      // Without Stripe the ledger can still be read.
      uses: ['stripe', 'jobs'],
      probe: () => Promise.resolve(stripe.isConfigured ? 'healthy' : 'not_configured'),
    });
  }
}
