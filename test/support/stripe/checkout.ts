import type { Billing } from './billing.ts';
import { declineOf } from './cards.ts';
import { formOf, listOf, metadataOf, numberOf, textOf, type Form } from './form.ts';
import type { Payments } from './payments.ts';
import { StripeFault, type StripeObject, type StripeState } from './state.ts';

/** Checkout sessions, and what happens when somebody pays on their page. */
export class Checkout {
  private readonly state: StripeState;
  private readonly payments: Payments;
  private readonly billing: Billing;

  constructor(state: StripeState, payments: Payments, billing: Billing) {
    this.state = state;
    this.payments = payments;
    this.billing = billing;
  }

  create(form: Form, base: string): StripeObject {
    const items = listOf(form, 'line_items').map((line) => ({
      price: this.priceOf(line),
      quantity: numberOf(line, 'quantity') ?? 1,
    }));
    const total = items.reduce((sum, { price, quantity }) => sum + price.unit_amount * quantity, 0);
    const session = this.state.add('cs_test', 'checkout.session', {
      mode: textOf(form, 'mode') ?? 'payment',
      status: 'open',
      payment_status: 'unpaid',
      amount_total: total,
      currency: (items[0]?.price.currency as string | undefined) ?? 'usd',
      customer: textOf(form, 'customer') ?? null,
      customer_email: textOf(form, 'customer_email') ?? null,
      customer_details: null,
      success_url: textOf(form, 'success_url'),
      cancel_url: textOf(form, 'cancel_url') ?? null,
      metadata: metadataOf(form),
      payment_intent: null,
      subscription: null,
      invoice: null,
    });
    session.url = `${base}/pay/${session.id}`;
    const dataOf = (name: string) => metadataOf(formOf(form, name));
    this.hidden.set(session.id, {
      items,
      intent: dataOf('payment_intent_data'),
      subscription: dataOf('subscription_data'),
    });
    return session;
  }

  /** What the API does not show of a session. */
  private readonly hidden = new Map<
    string,
    {
      items: { price: StripeObject; quantity: number }[];
      intent: Record<string, string>;
      subscription: Record<string, string>;
    }
  >();

  /** Somebody pays. @returns why not, in words; `undefined` when the money has come */
  pay(id: string, card: string): string | undefined {
    const session = this.state.get(id, 'checkout.session');
    const hidden = this.hidden.get(id);
    if (session.status !== 'open' || !hidden) return 'This session is over.';
    if (session.mode === 'subscription') {
      const decline = declineOf(card);
      if (decline) return String(decline.message);
      const customer = (session.customer as string | null) ?? this.newCustomer(session);
      const { subscription, invoice } = this.billing.subscribe(
        customer,
        hidden.items,
        hidden.subscription,
        card,
      );
      this.complete(session, { customer, subscription: subscription.id, invoice: invoice.id });
      return undefined;
    }
    const intent = this.intentOf(session, hidden.intent);
    try {
      this.payments.confirm(intent, card);
    } catch (error) {
      return (error as Error).message;
    }
    this.complete(session, { payment_intent: intent.id });
    return undefined;
  }

  /** Nobody paid in time. */
  expire(id: string): StripeObject {
    const session = this.state.get(id, 'checkout.session');
    session.status = 'expired';
    this.state.emit('checkout.session.expired', session);
    return session;
  }

  private complete(session: StripeObject, fields: Record<string, unknown>): void {
    Object.assign(session, { status: 'complete', payment_status: 'paid', ...fields });
    session.customer_details = { email: session.customer_email as string | null };
    this.state.emit('checkout.session.completed', session);
  }

  private newCustomer(session: StripeObject): string {
    return this.billing.customer({ email: (session.customer_email as string | null) ?? undefined }).id;
  }

  /** The same one for every try. */
  private intentOf(session: StripeObject, metadata: Record<string, string>): StripeObject {
    if (session.payment_intent) return this.state.get(session.payment_intent as string);
    const { amount_total: amount, currency, customer } = session as unknown as Record<string, unknown>;
    const intent = this.payments.make({ amount, currency, customer, metadata });
    session.payment_intent = intent.id;
    return intent;
  }

  private priceOf(line: Form): StripeObject {
    const id = textOf(line, 'price');
    if (id !== undefined) {
      const known = this.state.objects.get(id);
      if (known) return known;
      throw new StripeFault(400, {
        type: 'invalid_request_error',
        code: 'resource_missing',
        param: 'line_items[0][price]',
        message: `No such price: '${id}'`,
      });
    }
    const data = formOf(line, 'price_data');
    const product = this.billing.product(textOf(formOf(data, 'product_data'), 'name') ?? '');
    const recurring = formOf(data, 'recurring') ?? null;
    return this.billing.price(
      product.id,
      numberOf(data, 'unit_amount') ?? 0,
      textOf(data, 'currency') ?? 'usd',
      recurring,
    );
  }
}
