import { cardFault, declineOf } from './cards.ts';
import { metadataOf, numberOf, textOf, textsOf, type Form } from './form.ts';
import { newId, StripeFault, type StripeObject, type StripeState } from './state.ts';

/** Payment intents, charges and refunds. */
export class Payments {
  private readonly state: StripeState;

  constructor(state: StripeState) {
    this.state = state;
  }

  create(form: Form): StripeObject {
    const amount = numberOf(form, 'amount') ?? 0;
    if (!Number.isInteger(amount) || amount < 1)
      throw new StripeFault(400, {
        type: 'invalid_request_error',
        code: 'parameter_invalid_integer',
        param: 'amount',
        message: `Invalid integer: ${amount}`,
      });
    const intent = this.make({
      amount,
      currency: textOf(form, 'currency') ?? 'usd',
      metadata: metadataOf(form),
      customer: textOf(form, 'customer') ?? null,
      receipt_email: textOf(form, 'receipt_email') ?? null,
    });
    if (textOf(form, 'confirm') === 'true') this.confirm(intent, textOf(form, 'payment_method') ?? '');
    return intent;
  }

  /** An intent that waits for its card. */
  make(fields: Record<string, unknown>): StripeObject {
    const intent = this.state.add('pi', 'payment_intent', {
      status: 'requires_payment_method',
      amount_received: 0,
      latest_charge: null,
      last_payment_error: null,
      payment_details: null,
      ...fields,
    });
    intent.client_secret = `${intent.id}_secret_${newId('x')}`;
    this.state.emit('payment_intent.created', intent);
    return intent;
  }

  /** @throws StripeFault 402 for a card that declines, which the intent remembers */
  confirm(intent: StripeObject, card: string): void {
    const decline = declineOf(card);
    if (decline) {
      Object.assign(intent, { status: 'requires_payment_method', last_payment_error: decline });
      this.state.emit('payment_intent.payment_failed', intent);
      throw cardFault({ ...decline, payment_intent: structuredClone(intent) });
    }
    const charge = this.state.add('ch', 'charge', {
      amount: intent.amount as number,
      amount_captured: intent.amount as number,
      amount_refunded: 0,
      refunded: false,
      currency: intent.currency as string,
      customer: intent.customer as string | null,
      payment_intent: intent.id,
      metadata: { ...intent.metadata },
      paid: true,
      status: 'succeeded',
    });
    Object.assign(intent, {
      status: 'succeeded',
      amount_received: intent.amount as number,
      latest_charge: charge.id,
      last_payment_error: null,
    });
    this.state.emit('charge.succeeded', charge);
    this.state.emit('payment_intent.succeeded', intent);
  }

  cancel(intent: StripeObject): StripeObject {
    intent.status = 'canceled';
    this.state.emit('payment_intent.canceled', intent);
    return intent;
  }

  refund(form: Form): StripeObject {
    const intent = textOf(form, 'payment_intent');
    const id = textOf(form, 'charge') ?? (intent && (this.state.get(intent).latest_charge as string | null));
    if (!id)
      throw new StripeFault(400, {
        type: 'invalid_request_error',
        message: 'This PaymentIntent does not have a successful charge to refund.',
      });
    const charge = this.state.get(id, 'charge');
    const left = (charge.amount as number) - (charge.amount_refunded as number);
    const amount = numberOf(form, 'amount') ?? left;
    if (left === 0 || amount > left)
      throw new StripeFault(400, {
        type: 'invalid_request_error',
        code: left === 0 ? 'charge_already_refunded' : 'amount_too_large',
        message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      });
    const refund = this.state.add('re', 'refund', {
      amount,
      charge: charge.id,
      payment_intent: charge.payment_intent as string,
      currency: charge.currency as string,
      reason: textOf(form, 'reason') ?? null,
      metadata: metadataOf(form),
      status: 'succeeded',
    });
    charge.amount_refunded = (charge.amount_refunded as number) + amount;
    charge.refunded = charge.amount_refunded === charge.amount;
    this.state.emit('refund.created', refund);
    this.state.emit('charge.refunded', charge);
    return textsOf(form, 'expand').includes('charge') ? { ...refund, charge } : refund;
  }

  /** The bank takes a refund back. */
  failRefund(id: string): void {
    const refund = this.state.get(id, 'refund');
    const charge = this.state.get(refund.charge as string, 'charge');
    refund.status = 'failed';
    charge.amount_refunded = (charge.amount_refunded as number) - (refund.amount as number);
    charge.refunded = false;
    this.state.emit('refund.failed', refund);
  }

  dispute(intent: string): StripeObject {
    const charge = this.state.get(this.state.get(intent).latest_charge as string);
    const dispute = this.state.add('dp', 'dispute', {
      amount: charge.amount as number,
      currency: charge.currency as string,
      charge: charge.id,
      payment_intent: intent,
      reason: 'fraudulent',
      status: 'needs_response',
    });
    this.state.emit('charge.dispute.created', dispute);
    return dispute;
  }
}
