import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { DEFAULT_PROJECT, ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { StripeEventProcessor } from '../events/stripe-event-processor.service.js';
import { StripeLinks } from '../events/stripe-links.service.js';
import type { Fact } from '../ledger/fact.js';
import { chargeFact, intentFact, sessionFact } from '../ledger/facts.js';
import { Ledger } from '../ledger/ledger.service.js';
import { objectAt } from '../stripe/read.js';
import { StripeClient } from '../stripe/stripe-client.service.js';

const PAGE = 100;

/** A payment whose document did not say what Stripe says. */
export interface Repair {
  project: string;
  payment: string;
  before: string;
  after: string;
}

/** What a comparison found. */
export interface Reconciliation {
  /** Sessions and intents of Stripe that were looked at. */
  checked: number;
  repaired: Repair[];
}

/**
 * Compares the ledger with Stripe, and repairs it: for events that were lost, or never came. What is repaired is told
 * to others as the events would have told it.
 */
@Injectable()
export class Reconciler {
  constructor(
    private readonly stripe: StripeClient,
    private readonly links: StripeLinks,
    private readonly ledger: Ledger,
    private readonly processor: StripeEventProcessor,
    private readonly context: ProjectContext,
  ) {}

  /** @param since of payments that were begun at this time or later */
  async reconcile(since: Date): Promise<Reconciliation> {
    const created = { gte: Math.floor(since.getTime() / 1000) };
    const result: Reconciliation = { checked: 0, repaired: [] };
    const look = async (fact: Fact) => {
      result.checked += 1;
      const repair = await this.repair(fact);
      if (repair) result.repaired.push(repair);
    };
    // Sessions first: they say which intents belong to them.
    const sessions = this.pages((stripe, page) => stripe.checkout.sessions.list({ created, ...page }));
    for await (const session of sessions)
      if (session.mode !== 'setup') await look(sessionFact(session, new Date()));
    const intents = this.pages((stripe, page) =>
      stripe.paymentIntents.list({ created, expand: ['data.latest_charge'], ...page }),
    );
    for await (const intent of intents) await look(await this.intentFact(intent));
    return result;
  }

  private async *pages<T extends { id: string }>(
    list: (stripe: Stripe, page: { limit: number; starting_after?: string }) => Promise<Stripe.ApiList<T>>,
  ): AsyncGenerator<T> {
    let starting_after: string | undefined;
    for (;;) {
      const { data, has_more } = await this.stripe.call((stripe) =>
        list(stripe, { limit: PAGE, ...(starting_after === undefined ? {} : { starting_after }) }),
      );
      yield* data;
      starting_after = data.at(-1)?.id;
      if (!has_more || starting_after === undefined) return;
    }
  }

  /** What an intent and its last charge say together. */
  private async intentFact(intent: Stripe.PaymentIntent): Promise<Fact> {
    const now = new Date();
    const fact = await this.links.belonging(intentFact(intent, now));
    const charge = objectAt(intent, 'latest_charge');
    if (!charge || fact.status !== 'succeeded') return fact;
    const { amount_refunded } = chargeFact(charge, now);
    return { ...fact, amount_refunded, exact: true };
  }

  private repair(fact: Fact): Promise<Repair | undefined> {
    const project = fact.project ?? DEFAULT_PROJECT;
    return this.context.run(project, async () => {
      const known = await this.ledger.findBy(fact.ids);
      const before = known ? stateOf(known) : 'missing';
      const now = new Date();
      // Stable for what it says, so that two repairs at once are told once.
      const id = `reconcile-${fact.ids.payment_intent ?? fact.ids.checkout_session}-${fact.status}-${fact.amount_refunded ?? 0}`;
      const would = await this.ledger.preview(fact);
      if (known && stateOf(would) === before) return undefined;
      const recorded = await this.ledger.record({
        ...fact,
        event: { id, type: 'coglex.reconciled', created: now },
      });
      if (!recorded) return undefined;
      await this.processor.announce(recorded, id, now);
      return { project, payment: recorded.payment._id, before, after: stateOf(recorded.payment) };
    });
  }
}

const stateOf = ({
  status,
  amount,
  currency,
  amount_refunded,
}: {
  status: string;
  amount: number;
  currency: string;
  amount_refunded: number;
}) => `${status} ${amount} ${currency}${amount_refunded > 0 ? `, ${amount_refunded} refunded` : ''}`;
