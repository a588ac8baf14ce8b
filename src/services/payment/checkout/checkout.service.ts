import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import type Stripe from 'stripe';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { IdempotencyToken } from '../../../platform/http/idempotency/idempotency-token.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { CheckoutDto, CheckoutSessionDto } from '../dto/checkout.dto.js';
import { sessionFact } from '../ledger/facts.js';
import { Ledger } from '../ledger/ledger.service.js';
import { callerMetadata, withServerMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';

/** Payments on Stripe's page. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly stripe: StripeClient,
    private readonly ledger: Ledger,
    private readonly context: ProjectContext,
  ) {}

  async create(
    body: CheckoutDto,
    caller: Caller,
    token: IdempotencyToken | undefined,
  ): Promise<CheckoutSessionDto> {
    if (body.email !== undefined && body.customer !== undefined)
      throw new CoglexError('validation_failed', {
        detail: 'Send the customer or the email, not both.',
        errors: [{ field: '/email', message: 'email must not be sent together with customer' }],
      });
    const metadata = withServerMetadata(body.metadata, {
      project: this.context.project,
      payment: paymentId(token),
      user: caller.user?.id,
    });
    const session = await this.stripe.call(
      (stripe, options) => stripe.checkout.sessions.create(parametersOf(body, metadata), options),
      token,
    );
    // What this server has noted is true whether Stripe repeats it or not.
    await this.ledger.record(sessionFact({ ...session, metadata }, new Date(0), 'pending'));
    return {
      id: session.id,
      url: session.url ?? null,
      payment_status: session.payment_status ?? 'unpaid',
      customer_email: session.customer_email ?? body.email ?? null,
      mode: session.mode ?? body.mode,
      metadata: callerMetadata({ metadata }) ?? {},
    };
  }
}

/** A new `_id` for the ledger; a repeated request gets the same, for it must look the same to Stripe. */
export const paymentId = (token: IdempotencyToken | undefined): string =>
  token
    ? Buffer.from(token.value, 'base64url').toString('hex').slice(0, 24)
    : new mongo.ObjectId().toHexString();

function parametersOf(
  { mode, success_url, cancel_url, email, customer, linedata }: CheckoutDto,
  metadata: Record<string, string>,
): Stripe.Checkout.SessionCreateParams {
  return {
    mode,
    success_url,
    cancel_url,
    customer,
    customer_email: email,
    line_items: linedata.map(({ price, price_data, quantity }) => ({ price, price_data, quantity })),
    metadata,
    // The session's own metadata stays with the session; these go on to what it leads to.
    ...(mode === 'payment' ? { payment_intent_data: { metadata } } : { subscription_data: { metadata } }),
  };
}
