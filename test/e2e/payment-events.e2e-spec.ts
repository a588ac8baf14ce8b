import { Injectable, Module } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EventMessage } from '../../src/platform/events/event-map.js';
import type { Problem } from '../support/api-client.js';
import { BAD_CARD, GOOD_CARD, PAYMENT, PaymentApp } from '../support/stripe/payment-app.js';
import { signatureOf } from '../support/stripe/webhook-sender.ts';
import type { StripeEvent } from '../support/stripe/state.ts';

@Injectable()
class Listener {
  readonly heard: EventMessage<{ id?: string; payment_intent?: string }>[] = [];

  @OnEvent('**')
  hear(message: EventMessage<{ id?: string }>): void {
    this.heard.push(message);
  }

  @OnEvent('payment.succeeded')
  fails(): void {
    throw new Error('a listener of no use');
  }
}

@Module({ providers: [Listener] })
class ListenerModule {}

const OTHER_SECRET = 'whsec_the_other_one_while_it_is_replaced';

describe('events of Stripe', () => {
  let shop: PaymentApp;
  let listener: Listener;
  beforeAll(async () => {
    const secrets = `${OTHER_SECRET},whsec_stand_in_0123456789abcdef`;
    shop = await PaymentApp.start({ imports: [ListenerModule], env: { STRIPE_WEBHOOK_SECRET: secrets } });
    listener = shop.app.nest.get(Listener);
  });
  afterAll(() => shop.stop());
  beforeEach(() => {
    listener.heard.length = 0;
    shop.stripe.webhooks.weather = {};
  });

  const types = () => listener.heard.map(({ type }) => type).sort();
  const ours = () => types().filter((type) => !type.startsWith('stripe.'));
  const intent = async (amount = 1000) => {
    const { body } = await shop.app.client.post<{ id: string }>(`${PAYMENT}/create-payment-intent`, {
      amount,
      currency: 'usd',
    });
    return shop.stripe.state.get(body.id);
  };

  it('are told once each under names of ours, and as they came', async () => {
    const paid = await intent();
    shop.stripe.payments.confirm(paid, GOOD_CARD);
    await shop.settled();
    expect(types()).toEqual([
      'payment.succeeded',
      'stripe.charge.succeeded',
      'stripe.payment_intent.created',
      'stripe.payment_intent.succeeded',
    ]);
    const [payment] = await shop.ledger({ payment_intent: paid.id });
    const told = listener.heard.find(({ type }) => type === 'payment.succeeded');
    expect(told).toMatchObject({
      project: 'default',
      data: { id: payment._id, status: 'succeeded', amount: 1000, payment_intent: paid.id },
    });
    expect(told?.data).not.toHaveProperty('version');
    const raw = listener.heard.find(({ type }) => type === 'stripe.payment_intent.succeeded');
    expect(raw).toMatchObject({
      id: raw?.data.id,
      data: { type: 'payment_intent.succeeded', object: 'event' },
    });
  });

  it('make no difference when they come again and again', async () => {
    shop.stripe.webhooks.weather = { copies: 3 };
    const { id } = await shop.checkout();
    shop.stripe.checkout.pay(id, GOOD_CARD);
    await shop.settled();
    expect(shop.stripe.webhooks.answers.every(({ status }) => status === 200)).toBe(true);
    expect(ours()).toEqual(['checkout.completed', 'payment.succeeded']);
    expect(await shop.ledger({ query: { checkout_session: id } })).toMatchObject([
      { status: 'succeeded', amount: 2999 },
    ]);
  });

  it('may come in the opposite order', async () => {
    shop.stripe.webhooks.weather = { hold: true };
    const failed = await intent();
    expect(() => shop.stripe.payments.confirm(failed, BAD_CARD)).toThrow();
    shop.stripe.payments.confirm(failed, GOOD_CARD);
    await shop.app.client.post(`${PAYMENT}/refunds`, { payment_intent: failed.id, amount: 400 });
    await shop.stripe.webhooks.release((events) => events.toReversed());
    await shop.settled();
    expect(await shop.ledger({ payment_intent: failed.id })).toMatchObject([
      { status: 'partially_refunded', amount: 1000, amount_refunded: 400 },
    ]);
    expect(ours()).toEqual(['payment.refunded', 'payment.succeeded']);
  });

  it('tell Stripe’s present word when its clock cannot decide', async () => {
    shop.stripe.webhooks.weather = { hold: true };
    const tried = await intent();
    expect(() => shop.stripe.payments.confirm(tried, BAD_CARD)).toThrow();
    const failed = shop.stripe.state.events.at(-1) as StripeEvent;
    // Both within one second: the intent is being paid with another card when the news of the failure comes.
    tried.status = 'processing';
    const processing = {
      ...shop.stripe.state.emit('payment_intent.processing', tried),
      created: failed.created,
    };
    await shop.stripe.webhooks.send(processing);
    await shop.settled();
    await shop.stripe.webhooks.send(failed);
    await shop.settled();
    expect(await shop.ledger({ payment_intent: tried.id })).toMatchObject([{ status: 'processing' }]);
    shop.stripe.webhooks.weather = {};
    await shop.stripe.webhooks.release(() => []);
  });

  it('of a subscription make one payment for each bill', async () => {
    const product = shop.stripe.billing.product('Premium');
    const price = shop.stripe.billing.price(product.id, 2999, 'usd', { interval: 'month' });
    shop.stripe.webhooks.weather = { hold: true };
    const { id } = await shop.checkout({
      mode: 'subscription',
      linedata: [{ price: price.id, quantity: 2 }],
    });
    expect(shop.stripe.checkout.pay(id, GOOD_CARD)).toBeUndefined();
    const subscription = String(shop.stripe.state.get(id).subscription);
    shop.stripe.billing.renew(subscription);
    shop.stripe.billing.renew(subscription, BAD_CARD);
    shop.stripe.webhooks.weather = {};
    await shop.stripe.webhooks.release((events) => events.toReversed());
    await shop.settled();
    const payments = await shop.ledger({ subscription, sort: { _inserted: 1 } });
    expect(payments.map(({ status, amount }) => [status, amount]).sort()).toEqual([
      ['failed', 5998],
      ['succeeded', 5998],
      ['succeeded', 5998],
    ]);
    expect(payments.filter(({ checkout_session }) => checkout_session === id)).toHaveLength(1);
    expect(
      payments.every(({ mode, invoice }) => mode === 'subscription' && typeof invoice === 'string'),
    ).toBe(true);
    // Whatever is paid stands in the ledger once: intents of invoices are no payments of their own.
    const intents = shop.stripe.state.all('payment_intent').filter(({ amount }) => amount === 5998);
    expect(payments.map(({ payment_intent }) => payment_intent).sort()).toEqual(
      intents.map((one) => one.id).sort(),
    );
    expect(ours()).toEqual([
      'checkout.completed',
      'invoice.failed',
      'invoice.paid',
      'invoice.paid',
      'payment.failed',
      'payment.succeeded',
      'payment.succeeded',
      'subscription.created',
    ]);
  });

  it('of disputes and of things that are no payments are told as well', async () => {
    const paid = await intent();
    shop.stripe.payments.confirm(paid, GOOD_CARD);
    await shop.settled();
    shop.stripe.payments.dispute(paid.id);
    shop.stripe.state.emit('product.created', shop.stripe.billing.product('Lamp'));
    await shop.settled();
    expect(await shop.ledger({ payment_intent: paid.id })).toMatchObject([
      { disputed: true, status: 'succeeded' },
    ]);
    expect(types()).toEqual(
      expect.arrayContaining(['dispute.opened', 'stripe.charge.dispute.created', 'stripe.product.created']),
    );
  });

  it('join what Stripe has told of apart', async () => {
    const { id } = await shop.checkout();
    const session = shop.stripe.state.get(id);
    // An intent that says nothing of us, as an older checkout has it.
    const bare = shop.stripe.payments.make({ amount: 2999, currency: 'usd', metadata: {} });
    shop.stripe.payments.confirm(bare, GOOD_CARD);
    await shop.settled();
    Object.assign(session, { payment_intent: bare.id, status: 'complete', payment_status: 'paid' });
    shop.stripe.state.emit('checkout.session.completed', session);
    await shop.settled();
    const payments = await shop.ledger({ payment_intent: bare.id });
    expect(payments).toMatchObject([{ checkout_session: id, status: 'succeeded', amount: 2999 }]);
    expect(await shop.ledger({ query: { checkout_session: id } })).toHaveLength(1);
    expect(ours()).toEqual(['checkout.completed', 'payment.succeeded']);
  });

  it('are tried again while Stripe is needed and away', async () => {
    const bare = shop.stripe.payments.make({ amount: 700, currency: 'usd' });
    await shop.settled();
    await shop.app.db.collection('_PAYMENTS').deleteOne({ payment_intent: bare.id });
    shop.stripe.trouble = { path: /payment_intents/, times: 3, how: 500 };
    shop.stripe.payments.confirm(bare, GOOD_CARD);
    await shop.settled();
    expect(await shop.ledger({ payment_intent: bare.id })).toMatchObject([{ status: 'succeeded' }]);
    const { body } = await shop.app.client.get<{ attempts: number }[]>(`${PAYMENT}/events`, {
      type: 'payment_intent.succeeded',
      limit: 1,
    });
    expect(body[0].attempts).toBeGreaterThan(1);
  });

  it('can be processed again, also when they never came', async () => {
    const lost = await intent();
    shop.stripe.webhooks.weather = { drops: () => true };
    shop.stripe.payments.confirm(lost, GOOD_CARD);
    await shop.settled();
    listener.heard.length = 0;
    const event = shop.stripe.state.events.find(
      ({ type, data }) => type === 'payment_intent.succeeded' && data.object.id === lost.id,
    );
    const path = `${PAYMENT}/events/${event?.id}/replay`;
    const replay = async () => {
      const { status, body } = await shop.app.client.post(path);
      expect({ status, body }).toMatchObject({ status: 200, body: { id: event?.id, state: 'pending' } });
      await shop.settled();
    };
    await replay();
    expect(await shop.ledger({ payment_intent: lost.id })).toMatchObject([{ status: 'succeeded' }]);
    await replay();
    const ids = listener.heard.map(({ type, id }) => `${type} ${id}`);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(2);
    const unknown = await shop.app.client.post<Problem>(`${PAYMENT}/events/evt_unknown/replay`);
    expect(unknown.body.code).toBe('not_found');
  });

  it('are taken with any of several secrets', async () => {
    const body = JSON.stringify(shop.stripe.state.events[0]);
    const send = async (secret: string) => {
      const client = shop.app.anonymous.with({ 'stripe-signature': signatureOf(body, secret) });
      return (await client.post<Problem>(`${PAYMENT}/webhook`, body)).status;
    };
    expect(await send(OTHER_SECRET)).toBe(200);
    expect(await send('whsec_stand_in_0123456789abcdef')).toBe(200);
    expect(await send('whsec_of_somebody_else')).toBe(400);
  });
});
