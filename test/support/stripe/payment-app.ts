import type { TestAppOptions } from '../test-app.js';
import { TestApp } from '../test-app.js';
import { StripeServer } from './stripe-server.ts';

/** Path of the payment service. */
export const PAYMENT = '/service/payment/v1';

/** One payment of the ledger, as far as tests look at it. */
export interface LedgerPayment {
  _id: string;
  status: string;
  amount: number;
  amount_refunded: number;
  currency: string;
  events: { id: string; type: string }[];
  [field: string]: unknown;
}

/** The application with a Stripe of its own, which sends it webhooks. */
export class PaymentApp {
  readonly app: TestApp;
  readonly stripe: StripeServer;

  private constructor(app: TestApp, stripe: StripeServer) {
    this.app = app;
    this.stripe = stripe;
  }

  static async start(options: TestAppOptions = {}): Promise<PaymentApp> {
    const stripe = await StripeServer.start();
    try {
      const app = await TestApp.start({ ...options, env: { ...stripe.env, ...options.env } });
      stripe.webhooks.url = `${app.url}${PAYMENT}/webhook`;
      return new PaymentApp(app, stripe);
    } catch (error) {
      await stripe.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.stripe.webhooks.idle();
    await this.app?.stop();
    await this.stripe.stop();
  }

  /** Resolves when every event that was sent has been processed. */
  async settled(): Promise<void> {
    await this.stripe.webhooks.idle();
    const events = this.app.db.collection('_STRIPE_EVENTS');
    while ((await events.countDocuments({ state: 'pending' })) > 0)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Begins a checkout of 29.99 dollars. */
  async checkout(
    body: Record<string, unknown> = {},
    client = this.app.client,
  ): Promise<{ id: string; url: string }> {
    const answer = await client.post<{ id: string; url: string }>(`${PAYMENT}/checkout`, {
      ...CHECKOUT,
      ...body,
    });
    if (answer.status !== 201) throw new Error(`The checkout answered ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async ledger(query: Record<string, unknown> = {}): Promise<LedgerPayment[]> {
    return (await this.app.client.get<LedgerPayment[]>(`${PAYMENT}/`, query)).body;
  }
}

/** The smallest body of a checkout. */
export const CHECKOUT = {
  mode: 'payment',
  success_url: 'https://example.com/success?session_id={CHECKOUT_SESSION_ID}',
  cancel_url: 'https://example.com/cancel',
  email: 'customer@example.com',
  linedata: [
    {
      price_data: { currency: 'usd', product_data: { name: 'Premium' }, unit_amount: 2999 },
      quantity: 1,
    },
  ],
  metadata: { user_id: 'user_123', order_id: 'order_456' },
};

/** Cards that pay and that do not. */
export const GOOD_CARD = '4242424242424242';
export const BAD_CARD = '4000000000009995';
