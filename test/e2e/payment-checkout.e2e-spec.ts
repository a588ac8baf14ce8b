import type { Problem } from '../support/api-client.js';
import { BAD_CARD, CHECKOUT, GOOD_CARD, PAYMENT, PaymentApp } from '../support/stripe/payment-app.js';
import { TestUser } from '../support/test-user.js';

interface Intent {
  id: string;
  client_secret: string;
  status: string;
}

describe('payments', () => {
  let shop: PaymentApp;
  beforeAll(async () => {
    shop = await PaymentApp.start({ env: { STRIPE_PUBLISHABLE_KEY: 'pk_test_123' } });
  });
  afterAll(() => shop.stop());

  const post = <T>(path: string, body: unknown) => shop.app.client.post<T>(`${PAYMENT}/${path}`, body);
  const intentOf = async (body: object = { amount: 2999, currency: 'usd' }) =>
    (await post<Intent>('create-payment-intent', body)).body;

  describe('checkout', () => {
    it('answers with a page to pay on, as v1.2 has it', async () => {
      const { status, body } = await post<{ id: string }>('checkout', CHECKOUT);
      expect({ status, body }).toEqual({
        status: 201,
        body: {
          id: expect.stringMatching(/^cs_test_/) as string,
          url: `${shop.stripe.url}/pay/${body.id}`,
          payment_status: 'unpaid',
          customer_email: 'customer@example.com',
          mode: 'payment',
          metadata: { user_id: 'user_123', order_id: 'order_456' },
        },
      });
      expect(await shop.ledger({ query: { checkout_session: body.id } })).toMatchObject([
        { status: 'pending', amount: 2999, currency: 'usd', amount_refunded: 0, mode: 'payment' },
      ]);
    });

    it('becomes one payment that has succeeded, whatever Stripe sends about it', async () => {
      const { id } = await shop.checkout();
      expect(shop.stripe.checkout.pay(id, BAD_CARD)).toMatch('insufficient funds');
      await shop.settled();
      expect(await shop.ledger({ query: { checkout_session: id } })).toMatchObject([
        { status: 'failed', failure: { code: 'card_declined', decline_code: 'insufficient_funds' } },
      ]);
      expect(shop.stripe.checkout.pay(id, GOOD_CARD)).toBeUndefined();
      await shop.settled();
      const [payment, ...others] = await shop.ledger({ query: { checkout_session: id } });
      expect(others).toEqual([]);
      expect(payment).toMatchObject({
        status: 'succeeded',
        amount: 2999,
        email: 'customer@example.com',
        metadata: CHECKOUT.metadata,
      });
      expect(payment).not.toHaveProperty('failure');
      expect(payment.events.map(({ type }) => type).sort()).toEqual([
        'checkout.session.completed',
        'payment_intent.created',
        'payment_intent.payment_failed',
        'payment_intent.succeeded',
      ]);
      expect(await shop.ledger({ payment_intent: String(payment.payment_intent) })).toHaveLength(1);
    });

    it('is canceled when nobody pays in time', async () => {
      const { id } = await shop.checkout();
      shop.stripe.checkout.expire(id);
      await shop.settled();
      expect(await shop.ledger({ query: { checkout_session: id } })).toMatchObject([{ status: 'canceled' }]);
    });

    it('sends zero-decimal amounts as they are', async () => {
      const price_data = { currency: 'JPY', product_data: { name: 'Tea' }, unit_amount: 500 };
      const { id } = await shop.checkout({ linedata: [{ price_data, quantity: 2 }] });
      expect(await shop.ledger({ query: { checkout_session: id } })).toMatchObject([
        { amount: 1000, currency: 'jpy' },
      ]);
    });

    const line = CHECKOUT.linedata[0];
    const priced = (price: object) => ({
      linedata: [{ ...line, price_data: { ...line.price_data, ...price } }],
    });
    it.each([
      ['no lines', { linedata: [] }, '/linedata'],
      ['too many lines', { linedata: Array(101).fill(line) }, '/linedata'],
      ['a line that costs nothing known', { linedata: [{ quantity: 1 }] }, '/linedata/0/price'],
      ['a broken price', priced({ unit_amount: 29.99 }), '/linedata/0/price_data/unit_amount'],
      ['a negative price', priced({ unit_amount: -1 }), '/linedata/0/price_data/unit_amount'],
      ['a price that is text', priced({ unit_amount: '2999' }), '/linedata/0/price_data/unit_amount'],
      ['an unknown currency', priced({ currency: 'xyz' }), '/linedata/0/price_data/currency'],
      [
        'thousandths of a dinar',
        priced({ currency: 'kwd', unit_amount: 1234 }),
        '/linedata/0/price_data/unit_amount',
      ],
      ['half a thing', { linedata: [{ ...line, quantity: 0.5 }] }, '/linedata/0/quantity'],
      ['another mode', { mode: 'setup' }, '/mode'],
      ['a page that is a script', { success_url: 'javascript:alert(1)' }, '/success_url'],
      ['no e-mail address', { email: 'ada' }, '/email'],
      ['metadata that is a list', { metadata: ['a'] }, '/metadata'],
      ['metadata that is nested', { metadata: { a: { b: 'c' } } }, '/metadata'],
      ['something unknown', { discount: 5 }, '/discount'],
    ])('refuses %s', async (_what, change, field) => {
      const seen = shop.stripe.requests.length;
      const { status, body } = await post<Problem>('checkout', { ...CHECKOUT, ...change });
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'validation_failed' });
      expect(body.errors?.map((error) => error.field)).toContain(field);
      expect(shop.stripe.requests).toHaveLength(seen);
    });

    it('hands on what Stripe refuses, with its code', async () => {
      const linedata = [{ price: 'price_unknown', quantity: 1 }];
      const { status, body } = await post<Problem>('checkout', { ...CHECKOUT, linedata });
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { code: 'payment_refused', stripe_code: 'resource_missing', param: 'line_items[0][price]' },
      });
    });
  });

  describe('an intent', () => {
    it('goes to the front end with what that needs', async () => {
      const { status, body } = await post('create-payment-intent/', {
        amount: 500,
        currency: 'jpy',
        metadata: { order_id: '7' },
      });
      expect({ status, body }).toEqual({
        status: 201,
        body: {
          id: expect.stringMatching(/^pi_/) as string,
          client_secret: expect.stringMatching(/^pi_.+_secret_/) as string,
          status: 'requires_payment_method',
          amount: 500,
          currency: 'jpy',
          publishable_key: 'pk_test_123',
          metadata: { order_id: '7' },
        },
      });
    });

    it('tells where it stands, before any webhook has come', async () => {
      shop.stripe.webhooks.weather = { hold: true };
      const { id } = await intentOf();
      const status = async () =>
        (await shop.app.client.get<Record<string, unknown>>(`${PAYMENT}/payment-status/${id}`)).body;
      expect(await status()).toMatchObject({
        id,
        status: 'requires_payment_method',
        payment_status: 'pending',
      });
      const intent = shop.stripe.state.get(id);
      expect(() => shop.stripe.payments.confirm(intent, BAD_CARD)).toThrow('insufficient');
      expect(await status()).toMatchObject({
        payment_status: 'failed',
        failure: { code: 'card_declined', decline_code: 'insufficient_funds' },
      });
      shop.stripe.payments.confirm(intent, GOOD_CARD);
      expect(await status()).toMatchObject({
        status: 'succeeded',
        payment_status: 'succeeded',
        amount: 2999,
      });
      shop.stripe.webhooks.weather = {};
      await shop.stripe.webhooks.release();
      await shop.settled();
      expect(await shop.ledger({ payment_intent: id })).toHaveLength(1);
    });

    it.each(['pi_unknown', 'cs_unknown', 'nothing', '65f0c1d2e3a4b5c6d7e8f901', '$ne'])(
      'is not %s',
      async (id) => {
        const { status, body } = await shop.app.client.get<Problem>(`${PAYMENT}/payment-status/${id}`);
        expect({ status, code: body.code }).toEqual({ status: 404, code: 'not_found' });
      },
    );

    it.each([
      [{ amount: 0, currency: 'usd' }],
      [{ amount: 10.5, currency: 'usd' }],
      [{ amount: '100', currency: 'usd' }],
      [{ amount: { $gt: 0 }, currency: 'usd' }],
      [{ amount: 100 }],
      [{ amount: 100, currency: 'dollars' }],
      [{ amount: 100, currency: { code: 'usd' } }],
      [{ amount: 100, currency: 'usd', customer: 'cus_1/../../refunds' }],
    ])('is not made of %j', async (body) => {
      expect((await post('create-payment-intent', body)).status).toBe(400);
    });
  });

  describe('a refund', () => {
    const paid = async () => {
      const { id } = await intentOf({ amount: 1000, currency: 'eur' });
      shop.stripe.payments.confirm(shop.stripe.state.get(id), GOOD_CARD);
      await shop.settled();
      return id;
    };
    const status = async (payment_intent: string) => (await shop.ledger({ payment_intent }))[0];

    it('is given in parts until nothing is left', async () => {
      const payment_intent = await paid();
      const { status: code, body } = await post('refunds', {
        payment_intent,
        amount: 300,
        reason: 'duplicate',
        metadata: { ticket: '7' },
      });
      expect({ code, body }).toEqual({
        code: 201,
        body: {
          id: expect.stringMatching(/^re_/) as string,
          payment_intent,
          amount: 300,
          currency: 'eur',
          status: 'succeeded',
          reason: 'duplicate',
          metadata: { ticket: '7' },
        },
      });
      expect(await status(payment_intent)).toMatchObject({
        status: 'partially_refunded',
        amount_refunded: 300,
      });
      const { _id: payment } = await status(payment_intent);
      const tooMuch = await post<Problem>('refunds', { payment, amount: 701 });
      expect(tooMuch).toMatchObject({
        status: 400,
        body: { code: 'payment_refused', stripe_code: 'amount_too_large' },
      });
      expect((await post('refunds', { payment })).status).toBe(201);
      await shop.settled();
      expect(await status(payment_intent)).toMatchObject({
        status: 'refunded',
        amount_refunded: 1000,
        amount: 1000,
      });
      const again = await post<Problem>('refunds', { payment });
      expect(again.body.stripe_code).toBe('charge_already_refunded');
    });

    it('that the bank sends back is none', async () => {
      const payment_intent = await paid();
      const { id } = (await post<{ id: string }>('refunds', { payment_intent, amount: 300 })).body;
      await shop.settled();
      shop.stripe.payments.failRefund(id);
      await shop.settled();
      expect(await status(payment_intent)).toMatchObject({ status: 'succeeded', amount_refunded: 0 });
    });

    it.each([
      [{}, 400],
      [{ payment_intent: 'pi_unknown' }, 404],
      [{ payment: '65f0c1d2e3a4b5c6d7e8f901' }, 404],
      [{ payment_intent: 'pi_1', amount: 0 }, 400],
      [{ payment_intent: { $ne: null } }, 400],
    ])('of %j is %i', async (body, expected) => {
      expect((await post('refunds', body)).status).toBe(expected);
    });
  });

  describe('the ledger', () => {
    it('knows the user who was signed in, and nobody else', async () => {
      const user = await TestUser.create(shop.app);
      const { id } = await shop.checkout({ metadata: { user: 'somebody', coglex: 'x' } }, user.client);
      expect(await shop.ledger({ user: user.id })).toMatchObject([
        { checkout_session: id, user: user.id, metadata: { user: 'somebody', coglex: 'x' } },
      ]);
    });

    it('filters, sorts, counts and pages', async () => {
      await intentOf({ amount: 77_001, currency: 'chf' });
      await intentOf({ amount: 77_002, currency: 'chf' });
      const get = (query: Record<string, unknown>) =>
        shop.app.client.get<{ amount: number }[]>(`${PAYMENT}/`, { query: { currency: 'chf' }, ...query });
      const page = await get({ sort: { amount: 1 }, limit: 1, skip: 1, count: true });
      expect(page.body.map(({ amount }) => amount)).toEqual([77_002]);
      expect(page.headers.get('x-total-count')).toBe('2');
      expect((await get({ query: { amount: { $gt: 77_001 }, currency: 'chf' } })).body).toHaveLength(1);
      expect((await get({ status: 'succeeded' })).body).toEqual([]);
      for (const { amount: _amount, ...rest } of page.body)
        expect(Object.keys(rest)).not.toEqual(expect.arrayContaining(['version']));
    });

    it.each([
      [{ query: '{' }],
      [{ query: { $where: '1' } }],
      [{ query: { told: { $exists: true } } }],
      [{ sort: { version: 1 } }],
      [{ status: 'lost' }],
      [{ limit: 100_000 }],
      [{ unknown: 1 }],
    ])('refuses %j', async (query) => {
      expect((await shop.app.client.get(`${PAYMENT}/`, query as Record<string, unknown>)).status).toBe(400);
    });
  });
});
