import type { Problem } from '../support/api-client.js';
import { CHECKOUT, PAYMENT, PaymentApp } from '../support/stripe/payment-app.js';
import { TEST_SECRET, TestApp } from '../support/test-app.js';

describe('payments without Stripe', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it.each([
    ['POST', 'checkout', CHECKOUT, 'STRIPE_SECRET_KEY'],
    ['POST', 'create-payment-intent', { amount: 100, currency: 'usd' }, 'STRIPE_SECRET_KEY'],
    ['GET', 'payment-status/pi_1', undefined, 'STRIPE_SECRET_KEY'],
    ['POST', 'refunds', { payment_intent: 'pi_1' }, 'STRIPE_SECRET_KEY'],
    ['POST', 'webhook', {}, 'STRIPE_WEBHOOK_SECRET'],
  ])('%s %s names what is missing', async (method, path, body, setting) => {
    const answer = await app.client.send<Problem>(method, `${PAYMENT}/${path}`, body);
    expect(answer).toMatchObject({ status: 503, body: { code: 'not_configured' } });
    expect(answer.body.detail).toContain(setting);
  });

  it('keep their book', async () => {
    expect(await app.client.get(`${PAYMENT}/`)).toMatchObject({ status: 200, body: [] });
    expect((await app.anonymous.get('/health')).body).toMatchObject({
      services: { stripe: 'not_configured' },
    });
  });
});

describe('payments with a Stripe in trouble', () => {
  let shop: PaymentApp;
  beforeAll(async () => {
    shop = await PaymentApp.start({ env: { STRIPE_TIMEOUT_MS: '3000' } });
  });
  afterAll(() => shop.stop());

  const INTENT = { amount: 100, currency: 'usd' };
  const create = (headers: Record<string, string> = {}, body: object = INTENT) =>
    shop.app.client.with(headers).post<Problem & { id: string }>(`${PAYMENT}/create-payment-intent`, body);
  const intents = () => shop.stripe.state.all('payment_intent').length;

  it('try again by themselves, and pay once', async () => {
    const before = intents();
    shop.stripe.trouble = { times: 1, how: 'breaks' };
    expect((await create()).status).toBe(201);
    expect(intents()).toBe(before + 1);
  });

  it('give up in time when Stripe says nothing', async () => {
    shop.stripe.trouble = { times: 10, how: 'hangs' };
    const { status, body } = await create();
    shop.stripe.trouble = undefined;
    expect({ status, code: body.code }).toEqual({ status: 504, code: 'provider_timeout' });
  });

  it('say that a key of the server’s is wrong, without showing it', async () => {
    const other = await TestApp.start({
      env: { ...shop.stripe.env, STRIPE_SECRET_KEY: 'sk_test_wrong_123' },
    });
    try {
      const { status, body } = await other.client.post<Problem>(`${PAYMENT}/create-payment-intent`, INTENT);
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'provider_unavailable' });
      expect(body.detail).toContain('STRIPE_SECRET_KEY');
      expect(JSON.stringify(body)).not.toContain('sk_test');
    } finally {
      await other.stop();
    }
  });

  describe('and an idempotency key', () => {
    it('make one payment of many requests', async () => {
      const before = intents();
      const headers = { 'idempotency-key': 'order-1' };
      const first = await create(headers);
      const again = await create(headers, { currency: 'usd', amount: 100 });
      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.body).toEqual(first.body);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      const other = await create(headers, { amount: 101, currency: 'usd' });
      expect(other).toMatchObject({ status: 409, body: { code: 'idempotency_conflict' } });
      expect(intents()).toBe(before + 1);
    });

    it('make one payment of requests at once', async () => {
      const before = intents();
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => create({ 'idempotency-key': 'order-2' })),
      );
      const ids = new Set(answers.flatMap(({ status, body }) => (status === 201 ? [body.id] : [])));
      expect(ids.size).toBe(1);
      for (const { status } of answers) expect([201, 409]).toContain(status);
      expect(intents()).toBe(before + 1);
    });

    it('do not remember that Stripe failed, though Stripe does', async () => {
      const before = intents();
      const headers = { 'idempotency-key': 'order-3' };
      // The client tries again by itself, and finds what Stripe remembers.
      shop.stripe.trouble = { times: 1, how: 500 };
      expect(await create(headers)).toMatchObject({ status: 503, body: { code: 'provider_unavailable' } });
      expect((await create(headers)).status).toBe(201);
      expect(intents()).toBe(before + 1);
    });

    it('tell callers with different keys apart, but not requests that are not valid', async () => {
      const { body } = await create({ 'idempotency-key': 'order-4' });
      expect((await create({ 'idempotency-key': 'order-5' })).body.id).not.toBe(body.id);
      expect((await create({ 'idempotency-key': 'order-6' }, { amount: -1, currency: 'usd' })).status).toBe(
        400,
      );
      expect((await create({ 'idempotency-key': 'order-6' }, { amount: -1, currency: 'usd' })).status).toBe(
        400,
      );
    });

    it.each(['', 'x'.repeat(256), 'schlüssel'])('refuse the key %j', async (key) => {
      const path = `${shop.app.url}${PAYMENT}/create-payment-intent`;
      const headers = { 'content-type': 'application/json', 'x-api-key': TEST_SECRET };
      const answer = await fetch(path, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': key },
        body: JSON.stringify(INTENT),
      });
      expect(answer.status).toBe(400);
    });
  });
});
