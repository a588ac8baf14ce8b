import { GOOD_CARD, PAYMENT, PaymentApp } from '../support/stripe/payment-app.js';
import type { StripeObject } from '../support/stripe/state.ts';

describe('customers and their subscriptions', () => {
  let shop: PaymentApp;
  let price: StripeObject;
  beforeAll(async () => {
    shop = await PaymentApp.start();
    const product = shop.stripe.billing.product('Premium', { description: 'Everything' });
    price = shop.stripe.billing.price(product.id, 2999, 'usd', { interval: 'month', interval_count: 1 });
  });
  afterAll(() => shop.stop());

  const customer = async () =>
    (
      await shop.app.client.post<{ id: string }>(`${PAYMENT}/customers`, {
        email: 'ada@example.com',
        name: 'Ada',
        metadata: { plan: 'gold' },
      })
    ).body;
  const subscription = async () => {
    const { id } = await customer();
    const session = await shop.checkout({
      mode: 'subscription',
      customer: id,
      email: undefined,
      linedata: [{ price: price.id, quantity: 1 }],
    });
    shop.stripe.checkout.pay(session.id, GOOD_CARD);
    await shop.settled();
    return { customer: id, id: String(shop.stripe.state.get(session.id).subscription) };
  };

  it('are made, changed and sent to Stripe’s page', async () => {
    const made = await customer();
    expect(made).toEqual({
      id: expect.stringMatching(/^cus_/) as string,
      email: 'ada@example.com',
      name: 'Ada',
      phone: null,
      metadata: { plan: 'gold' },
    });
    const path = `${PAYMENT}/customers/${made.id}`;
    const changed = await shop.app.client.patch(path, { name: 'Ada King' });
    expect(changed.body).toEqual({ ...made, name: 'Ada King' });
    expect((await shop.app.client.get(path)).body).toEqual(changed.body);
    const portal = await shop.app.client.post(`${path}/portal`, {
      return_url: 'https://example.com/account',
    });
    expect(portal).toMatchObject({
      status: 201,
      body: { url: expect.stringContaining('/portal/') as string },
    });
  });

  it('are changed, and end with their period or at once', async () => {
    const { id, customer: owner } = await subscription();
    const path = `${PAYMENT}/subscriptions/${id}`;
    expect((await shop.app.client.get(path)).body).toMatchObject({
      id,
      status: 'active',
      customer: owner,
      cancel_at_period_end: false,
      items: [{ price: price.id, quantity: 1 }],
    });
    const list = await shop.app.client.get(`${PAYMENT}/subscriptions`, { customer: owner });
    expect(list.body).toMatchObject([{ id }]);
    const more = await shop.app.client.patch(path, { quantity: 3 });
    expect(more.body).toMatchObject({ items: [{ quantity: 3 }] });
    const later = await shop.app.client.delete(`${path}?at_period_end=true`);
    expect(later.body).toMatchObject({ status: 'active', cancel_at_period_end: true });
    const back = await shop.app.client.patch(path, { cancel_at_period_end: false });
    expect(back.body).toMatchObject({ cancel_at_period_end: false });
    expect((await shop.app.client.delete(path)).body).toMatchObject({ status: 'canceled' });
  });

  it('have prices and products to choose from, also with a publishable key', async () => {
    const key = await shop.app.client.post<{ key: string }>('/service/key/v1', {
      name: 'shop page',
      type: 'publishable',
    });
    const page = shop.app.anonymous.with({ 'x-api-key': key.body.key });
    expect(await page.get(`${PAYMENT}/prices`)).toMatchObject({
      status: 200,
      body: [
        { id: price.id, unit_amount: 2999, currency: 'usd', exponent: 2, recurring: { interval: 'month' } },
      ],
    });
    expect((await page.get(`${PAYMENT}/products`)).body).toMatchObject([
      { name: 'Premium', description: 'Everything' },
    ]);
    for (const path of ['', 'customers/cus_1', 'subscriptions/sub_1', 'events'])
      expect(await page.get(`${PAYMENT}/${path}`)).toMatchObject({ status: 403 });
    expect(await page.post(`${PAYMENT}/checkout`, {})).toMatchObject({ status: 403 });
    expect(await page.get('/service/webhook/v1/endpoints')).toMatchObject({ status: 403 });
  });

  it('have lists of prices that hold until Stripe tells of a change', async () => {
    const { stripe, app } = shop;
    const asked = () => stripe.requests.filter(({ path }) => path.includes('prices')).length;
    const prices = async () =>
      (await app.client.get<{ id: string }[]>(`${PAYMENT}/prices`)).body.map(({ id }) => id);
    await prices();
    const before = asked();
    const added = stripe.billing.price(String(price.product), 100, 'usd');
    expect(await prices()).not.toContain(added.id);
    expect(asked()).toBe(before);
    stripe.state.emit('price.created', added);
    await shop.settled();
    expect(await prices()).toContain(added.id);
    Object.assign(added, { active: false });
  });

  it.each([
    ['GET', 'customers/cus_unknown', undefined, 404],
    ['GET', 'customers/nobody', undefined, 404],
    ['GET', 'subscriptions/sub_unknown', undefined, 404],
    ['DELETE', 'subscriptions/sub_unknown', undefined, 404],
    ['POST', 'customers', { email: 'nobody' }, 400],
    ['POST', 'customers', { email: { $ne: 1 } }, 400],
    ['GET', 'subscriptions', undefined, 400],
    ['GET', 'prices?limit=1000', undefined, 400],
  ])('%s %s with %j is %s', async (method, path, body, status) => {
    expect((await shop.app.client.send(method, `${PAYMENT}/${path}`, body)).status).toBe(status);
  });
});

describe('projects that share an account at Stripe', () => {
  let shop: PaymentApp;
  beforeAll(async () => {
    shop = await PaymentApp.start();
  });
  afterAll(() => shop.stop());

  const project = async (name: string) => {
    const made = await shop.app.client.post<{ id: string }>('/service/project/v1', { name });
    return shop.app.client.with({ 'x-project': made.body.id });
  };

  it('see nothing of each other', async () => {
    const moon = await project('moon');
    const { id } = await shop.checkout({}, moon);
    shop.stripe.checkout.pay(id, GOOD_CARD);
    await shop.settled();
    const intent = String(shop.stripe.state.get(id).payment_intent);
    shop.stripe.payments.dispute(intent);
    await shop.settled();
    expect((await moon.get(`${PAYMENT}/`)).body).toMatchObject([
      { checkout_session: id, status: 'succeeded', disputed: true },
    ]);
    expect(await shop.ledger()).toEqual([]);
    const { body: customer } = await moon.post<{ id: string }>(`${PAYMENT}/customers`, { name: 'Neil' });
    for (const path of [`payment-status/${intent}`, `payment-status/${id}`, `customers/${customer.id}`]) {
      expect((await moon.get(`${PAYMENT}/${path}`)).status).toBe(200);
      expect((await shop.app.client.get(`${PAYMENT}/${path}`)).status).toBe(404);
    }
    expect((await shop.app.client.post(`${PAYMENT}/refunds`, { payment_intent: intent })).status).toBe(404);
    expect((await moon.post(`${PAYMENT}/refunds`, { payment_intent: intent })).status).toBe(201);
  });
});
