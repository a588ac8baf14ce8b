import { Injectable } from '@nestjs/common';
import { DEFAULT_PROJECT, ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { isSettled } from '../ledger/apply-fact.js';
import type { Fact } from '../ledger/fact.js';
import { chargeFact, intentFact, subscriptionMetadata, subscriptionOf } from '../ledger/facts.js';
import { Ledger } from '../ledger/ledger.service.js';
import type { StoredPayment } from '../ledger/payment.js';
import { idAt, textAt } from '../stripe/read.js';
import { serverMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';

/** Asks Stripe for what an event does not say, where that decides about the outcome. */
@Injectable()
export class StripeLinks {
  constructor(
    private readonly client: StripeClient,
    private readonly ledger: Ledger,
    private readonly context: ProjectContext,
  ) {}

  /**
   * Finds out to which project and to which payment a fact belongs: charges, disputes, refunds and the intents of
   * invoices carry none of the metadata that this server sets.
   */
  async belonging(fact: Fact): Promise<Fact> {
    if (fact.project !== undefined || !this.client.isConfigured) return fact;
    const known = await this.context.run(DEFAULT_PROJECT, () => this.ledger.findBy(fact.ids));
    if (known) return fact;
    const { payment_intent: intent, invoice } = fact.ids;
    if (intent === undefined) return fact;
    const found = await this.client.find((stripe) => stripe.paymentIntents.retrieve(intent));
    const { project, payment } = serverMetadata(found);
    if (project !== undefined) return { ...fact, project, ids: { ...fact.ids, payment } };
    const bill = invoice ?? found?.payment_details?.order_reference ?? (await this.invoiceOf(intent));
    return bill?.startsWith('in_') ? this.ofInvoice(fact, bill) : fact;
  }

  /** The fact as it is now, when its order among others decides and Stripe's clock cannot tell. */
  async latest(fact: Fact, known: StoredPayment | undefined): Promise<Fact> {
    const { payment_intent: intent } = fact.ids;
    if (!known || intent === undefined || !this.client.isConfigured) return fact;
    if (fact.status && known.statusAt && fact.at <= known.statusAt && !isSettled(known.status)) {
      const found = await this.client.find((stripe) => stripe.paymentIntents.retrieve(intent));
      const at = new Date(known.statusAt.getTime() + 1);
      return found ? { ...fact, ...intentFact(found, at), ids: fact.ids, event: fact.event } : fact;
    }
    const isMore = (fact.amount_refunded ?? 0) > known.amount_refunded;
    const wentBack = known.events.some(({ type }) => type === 'refund.failed');
    return isMore && wentBack ? this.refunded(fact) : fact;
  }

  /** The fact with what was refunded in all, as Stripe has it now. */
  async refunded(fact: Fact): Promise<Fact> {
    const { charge } = fact.ids;
    if (charge === undefined || !this.client.isConfigured) return fact;
    const found = await this.client.find((stripe) => stripe.charges.retrieve(charge));
    if (!found) return fact;
    const now = chargeFact(found, fact.at, true);
    return {
      ...now,
      ...fact,
      ids: { ...now.ids, ...fact.ids },
      amount_refunded: now.amount_refunded,
      exact: true,
    };
  }

  private async ofInvoice(fact: Fact, id: string): Promise<Fact> {
    const invoice = await this.client.find((stripe) => stripe.invoices.retrieve(id));
    const { project, payment } = subscriptionMetadata(invoice);
    const isFirst = textAt(invoice, 'billing_reason') === 'subscription_create';
    return {
      ...fact,
      project,
      ids: { ...fact.ids, invoice: id, payment: isFirst ? payment : undefined },
      details: { ...fact.details, mode: 'subscription', subscription: subscriptionOf(invoice) },
    };
  }

  private async invoiceOf(intent: string): Promise<string | undefined> {
    const links = await this.client.find((stripe) =>
      stripe.invoicePayments.list({
        payment: { type: 'payment_intent', payment_intent: intent },
        limit: 1,
      }),
    );
    return idAt(links, 'data', 0, 'invoice');
  }
}
