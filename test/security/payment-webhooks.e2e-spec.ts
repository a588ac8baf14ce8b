import type { Problem } from '../support/api-client.js';
import { CHECKOUT, GOOD_CARD, PAYMENT, PaymentApp } from '../support/stripe/payment-app.js';
import { WEBHOOK_SECRET } from '../support/stripe/stripe-server.ts';
import { signatureOf } from '../support/stripe/webhook-sender.ts';

describe('webhooks of Stripe', () => {
  let shop: PaymentApp;
  beforeAll(async () => {
    shop = await PaymentApp.start();
  });
  afterAll(() => shop.stop());

  const event = (fields: object = {}) => ({
    id: 'evt_forged',
    object: 'event',
    created: Math.floor(Date.now() / 1000),
    type: 'payment_intent.succeeded',
    data: {
      object: { id: 'pi_forged', amount: 1, amount_received: 1, currency: 'usd', status: 'succeeded' },
    },
    ...fields,
  });
  const send = (body: string, signature: string | undefined, type = 'application/json') =>
    shop.app.anonymous
      .with({ 'stripe-signature': signature, 'content-type': type })
      .post<Problem>(`${PAYMENT}/webhook`, body);
  const signed = (body: string) => send(body, signatureOf(body, WEBHOOK_SECRET));
  const stored = () => shop.app.db.collection('_STRIPE_EVENTS').countDocuments();

  const body = JSON.stringify(event());
  const now = Math.floor(Date.now() / 1000);
  it.each([
    ['no signature', undefined],
    ['an empty one', ''],
    ['no signature at all', 'hello'],
    ['one of another secret', signatureOf(body, 'whsec_of_somebody_else')],
    ['one of another body', signatureOf(`${body} `, WEBHOOK_SECRET)],
    ['an old one', signatureOf(body, WEBHOOK_SECRET, now - 301)],
    ['an old one with a new time', signatureOf(body, WEBHOOK_SECRET, now - 301).replace(/t=\d+/, `t=${now}`)],
    ['one of another scheme', signatureOf(body, WEBHOOK_SECRET).replace('v1=', 'v0=')],
    ['one without a time', signatureOf(body, WEBHOOK_SECRET).replace(/t=\d+,/, '')],
  ])('with %s are refused, and leave nothing behind', async (_what, signature) => {
    const before = await stored();
    const answer = await send(body, signature);
    expect(answer).toMatchObject({ status: 400, body: { code: 'signature_invalid' } });
    expect(await stored()).toBe(before);
  });

  it('are checked as the bytes that came, not as they would be written', async () => {
    const spaced = JSON.stringify(event({ id: 'evt_spaced' }), null, 3);
    expect((await signed(spaced)).status).toBe(200);
    expect((await send(spaced, signatureOf(JSON.stringify(JSON.parse(spaced)), WEBHOOK_SECRET))).status).toBe(
      400,
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no event', '{"id":"evt_1"}'],
    ['an id that is a query', JSON.stringify(event({ id: { $ne: null } }))],
    ['a type that is none', JSON.stringify(event({ type: '$where' }))],
    ['depth', `${'[{"a":'.repeat(60)}1${'}]'.repeat(60)}`],
    ['a prototype', body.replace('"pi_forged"', '"pi_x","__proto__":{"admin":true}')],
  ])('that are signed but hold %s are refused', async (_what, text) => {
    expect((await signed(text)).status).toBe(400);
  });

  it('count once, however often they are delivered at once', async () => {
    const text = JSON.stringify(event({ id: 'evt_many' }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => signed(text)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    await shop.settled();
    const payments = await shop.ledger({ payment_intent: 'pi_forged' });
    expect(payments).toMatchObject([{ amount: 1, status: 'succeeded' }]);
    expect(payments[0].events.filter(({ id }) => id === 'evt_many')).toHaveLength(1);
  });

  it('take neither amount nor owner nor project from what a client wrote', async () => {
    for (const name of ['coglex_project', 'coglex_payment', 'COGLEX_user'])
      expect(
        await shop.app.client.post(`${PAYMENT}/checkout`, { ...CHECKOUT, metadata: { [name]: 'other' } }),
      ).toMatchObject({ status: 400 });
    const metadata = {
      amount: '1',
      user: 'mallory',
      user_id: 'mallory',
      project: 'other',
      status: 'refunded',
    };
    const { id } = await shop.checkout({ metadata });
    shop.stripe.checkout.pay(id, GOOD_CARD);
    await shop.settled();
    const [payment] = await shop.ledger({ query: { checkout_session: id } });
    expect(payment).toMatchObject({ amount: 2999, status: 'succeeded', metadata });
    expect(payment).not.toHaveProperty('user');
  });

  it('keep prototypes out of metadata', async () => {
    for (const name of ['__proto__', 'constructor', 'prototype'])
      expect(
        await shop.app.client.post(
          `${PAYMENT}/checkout`,
          JSON.stringify(CHECKOUT).replace('"user_id"', `"${name}"`),
        ),
      ).toMatchObject({ status: 400, body: { code: 'forbidden_key' } });
    const { id } = await shop.checkout({ metadata: { toString: 'a', hasOwnProperty: 'b' } });
    expect(await shop.ledger({ query: { checkout_session: id } })).toMatchObject([
      { metadata: { toString: 'a', hasOwnProperty: 'b' } },
    ]);
  });

  it('are the only thing that is open without a key', async () => {
    const routes = ['checkout', 'create-payment-intent', 'refunds', 'events/evt_1/replay'];
    for (const path of routes)
      expect(await shop.app.anonymous.post(`${PAYMENT}/${path}`, {})).toMatchObject({ status: 401 });
    for (const path of ['', 'payment-status/pi_1', 'events'])
      expect(await shop.app.anonymous.get(`${PAYMENT}/${path}`)).toMatchObject({ status: 401 });
  });
});
