import { Injectable } from '@nestjs/common';
import { Events } from '../../../platform/events/events.service.js';
import { DEFAULT_PROJECT, ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Shop } from '../billing/shop.service.js';
import type { Fact } from '../ledger/fact.js';
import { subscriptionMetadata } from '../ledger/facts.js';
import { Ledger, type Recorded } from '../ledger/ledger.service.js';
import { toPayment, type StoredPayment } from '../ledger/payment.js';
import { serverMetadata } from '../stripe/server-metadata.js';
import { factOf, tellsOfRefund } from './event-facts.js';
import { TYPED, type PaymentEventData } from './payment-events.js';
import { createdAt, type StripeEvent } from './stripe-event.js';
import { StripeLinks } from './stripe-links.service.js';

/**
 * Does what an event of Stripe asks for: writes it into the ledger of its project, and tells others. It can be done
 * again at any point: the ledger does not change twice, and whoever is told twice sees the same ids.
 */
@Injectable()
export class StripeEventProcessor {
  constructor(
    private readonly ledger: Ledger,
    private readonly links: StripeLinks,
    private readonly events: Events,
    private readonly context: ProjectContext,
    private readonly shop: Shop,
  ) {}

  /** @returns the project that the event belongs to */
  async process(event: StripeEvent): Promise<string> {
    if (/^(?:price|product)\./.test(event.type)) await this.shop.forget();
    const said = factOf(event);
    const fact = said && (await this.links.belonging(said));
    const project = fact?.project ?? projectOf(event) ?? DEFAULT_PROJECT;
    await this.context.run(project, async () => {
      const recorded = fact && (await this.record(event, fact));
      await this.publish(event, recorded);
    });
    return project;
  }

  /** Tells of a payment what nobody has told so far. */
  async announce({ payment, signals }: Recorded, id: string, timestamp: Date): Promise<void> {
    for (const signal of signals)
      await this.events.publish(signal, dataOf(payment), { id: idFor(id, signal), timestamp });
  }

  private async record(event: StripeEvent, fact: Fact): Promise<Recorded | undefined> {
    const whole = tellsOfRefund(event) ? await this.links.refunded(fact) : fact;
    const known = await this.ledger.findBy(whole.ids);
    return this.ledger.record(await this.links.latest(whole, known));
  }

  private async publish(event: StripeEvent, recorded: Recorded | undefined): Promise<void> {
    const timestamp = createdAt(event);
    const { object } = event.data;
    if (recorded) await this.announce(recorded, event.id, timestamp);
    if (event.type === 'checkout.session.completed') {
      const payment = recorded && dataOf(recorded.payment);
      const data = { id: String(object.id), ...(payment ? { payment } : {}), session: object };
      await this.events.publish('checkout.completed', data, {
        id: idFor(event.id, 'checkout.completed'),
        timestamp,
      });
    }
    const typed = TYPED.get(event.type);
    if (typed) await this.events.publish(typed, object, { id: idFor(event.id, typed), timestamp });
    await this.events.publish(`stripe.${event.type}`, event, { id: event.id, timestamp });
  }
}

/** Stable, and without the dot that separates the parts of a signed text. */
const idFor = (event: string, type: string) => `${event}-${type.replaceAll('.', '-')}`;

const dataOf = (payment: StoredPayment): PaymentEventData => ({ id: payment._id, ...toPayment(payment) });

function projectOf({ data: { object } }: StripeEvent): string | undefined {
  return serverMetadata(object).project ?? subscriptionMetadata(object).project;
}
