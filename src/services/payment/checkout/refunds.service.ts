import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { IdempotencyToken } from '../../../platform/http/idempotency/idempotency-token.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { CreateRefundDto, RefundDto } from '../dto/refund.dto.js';
import { chargeFact } from '../ledger/facts.js';
import { Ledger } from '../ledger/ledger.service.js';
import { amountProblem } from '../money/currencies.js';
import { objectAt } from '../stripe/read.js';
import { assertOwn, callerMetadata, noSuch, withServerMetadata } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';

/** Money that goes back, whole or in part. */
@Injectable()
export class Refunds {
  constructor(
    private readonly stripe: StripeClient,
    private readonly ledger: Ledger,
    private readonly context: ProjectContext,
  ) {}

  /** @throws CoglexError `not_found`, `payment_refused` for more than is left */
  async create(body: CreateRefundDto, token: IdempotencyToken | undefined): Promise<RefundDto> {
    const payment_intent = await this.intentOf(body);
    const { project } = this.context;
    const refund = await this.stripe.call(
      (stripe, options) =>
        stripe.refunds.create(
          {
            payment_intent,
            amount: body.amount,
            reason: body.reason,
            metadata: withServerMetadata(body.metadata, { project }),
            expand: ['charge'],
          },
          options,
        ),
      token,
    );
    // The webhook tells the same; whoever looks before it comes sees it already.
    const charge = objectAt(refund, 'charge');
    if (charge) await this.ledger.record({ ...chargeFact(charge, new Date()), onlyKnown: true });
    return {
      id: refund.id,
      payment_intent,
      amount: refund.amount,
      currency: refund.currency,
      status: refund.status ?? null,
      reason: refund.reason ?? null,
      metadata: callerMetadata(refund) ?? {},
    };
  }

  private async intentOf({ payment, payment_intent, amount }: CreateRefundDto): Promise<string> {
    const known = await this.ledger.findBy(payment === undefined ? { payment_intent } : { payment });
    if (known) {
      const problem = amount === undefined ? undefined : amountProblem(amount, known.currency);
      if (problem !== undefined)
        throw new CoglexError('validation_failed', {
          detail: `amount ${problem}`,
          errors: [{ field: '/amount', message: `amount ${problem}` }],
        });
      if (known.payment_intent !== undefined) return known.payment_intent;
      throw new CoglexError('payment_refused', {
        detail: 'The payment has not come, so nothing can go back.',
      });
    }
    if (payment_intent === undefined) throw noSuch('payment');
    const found = await this.stripe.call((stripe) => stripe.paymentIntents.retrieve(payment_intent));
    assertOwn(found, this.context.project, 'payment');
    return payment_intent;
  }
}
