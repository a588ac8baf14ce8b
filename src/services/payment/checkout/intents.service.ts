import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Config } from '../../../platform/config/config.js';
import type { IdempotencyToken } from '../../../platform/http/idempotency/idempotency-token.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { CreateIntentDto, IntentDto, PaymentStatusDto } from '../dto/intent.dto.js';
import type { Fact } from '../ledger/fact.js';
import { intentFact, sessionFact } from '../ledger/facts.js';
import { Ledger } from '../ledger/ledger.service.js';
import { assertOwn, callerMetadata, noSuch, withServerMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';
import { paymentId } from './checkout.service.js';

/** Payments on the application's own page. */
@Injectable()
export class Intents {
  constructor(
    private readonly stripe: StripeClient,
    private readonly ledger: Ledger,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  async create(
    body: CreateIntentDto,
    caller: Caller,
    token: IdempotencyToken | undefined,
  ): Promise<IntentDto> {
    const metadata = withServerMetadata(body.metadata, {
      project: this.context.project,
      payment: paymentId(token),
      user: caller.user?.id,
    });
    const intent = await this.stripe.call(
      (stripe, options) => stripe.paymentIntents.create(parametersOf(body, metadata), options),
      token,
    );
    await this.ledger.record(intentFact({ ...intent, metadata }, new Date(0), 'pending'));
    const { STRIPE_PUBLISHABLE_KEY: publishable_key } = this.config;
    return {
      id: intent.id,
      client_secret: intent.client_secret ?? null,
      status: intent.status,
      amount: intent.amount,
      currency: intent.currency,
      ...(publishable_key === undefined ? {} : { publishable_key }),
      metadata: callerMetadata({ metadata }) ?? {},
    };
  }

  /**
   * Asks Stripe how a payment is, and writes it into the ledger: an event may still be on its way.
   *
   * @param id of an intent, of a checkout session, or of the payment in the ledger
   * @throws CoglexError `not_found`
   */
  async status(id: string): Promise<PaymentStatusDto> {
    const known = await this.ledger.findBy(idsOf(id));
    const isStripes = /^(?:pi|cs)_\w+$/.test(id);
    const object = isStripes ? id : (known?.payment_intent ?? known?.checkout_session);
    if (object === undefined) throw noSuch('payment');
    const { found, fact, status } = object.startsWith('cs_')
      ? await this.session(object)
      : await this.intent(object);
    // An invoice's intent has no metadata of ours; that the ledger of this project has it says enough.
    if (!known) assertOwn(found, this.context.project, 'payment');
    const recorded = await this.ledger.record({
      ...fact,
      ids: { ...fact.ids, payment: known?._id ?? fact.ids.payment },
    });
    if (!recorded) throw noSuch('payment');
    const { payment } = recorded;
    return {
      id: object,
      status,
      payment_status: payment.status,
      payment: payment._id,
      amount: payment.amount,
      amount_refunded: payment.amount_refunded,
      currency: payment.currency,
      ...(payment.failure ? { failure: payment.failure } : {}),
      metadata: payment.metadata ?? {},
    };
  }

  private async intent(id: string): Promise<{ found: unknown; fact: Fact; status: string }> {
    const found = await this.stripe.call((stripe) => stripe.paymentIntents.retrieve(id));
    return { found, fact: intentFact(found, new Date()), status: found.status };
  }

  private async session(id: string): Promise<{ found: unknown; fact: Fact; status: string }> {
    const found = await this.stripe.call((stripe) => stripe.checkout.sessions.retrieve(id));
    return { found, fact: sessionFact(found, new Date()), status: found.payment_status };
  }
}

function idsOf(id: string): Fact['ids'] {
  if (id.startsWith('pi_')) return { payment_intent: id };
  return id.startsWith('cs_') ? { checkout_session: id } : { payment: id };
}

function parametersOf(
  { amount, currency, customer, email, description, payment_method_types }: CreateIntentDto,
  metadata: Record<string, string>,
): Stripe.PaymentIntentCreateParams {
  return {
    amount,
    currency,
    customer,
    receipt_email: email,
    description,
    metadata,
    ...(payment_method_types ? { payment_method_types } : { automatic_payment_methods: { enabled: true } }),
  };
}
