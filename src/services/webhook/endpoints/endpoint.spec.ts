import { wants } from './endpoint.js';

describe('an endpoint', () => {
  it.each([
    ['payment.succeeded', 'payment.succeeded', true],
    ['payment.succeeded', 'payment.succeeded.late', false],
    ['payment.*', 'payment.failed', true],
    ['payment.*', 'payments.failed', false],
    ['payment*', 'payments.failed', true],
    ['stripe.*', 'stripe.payment_intent.succeeded', true],
    ['*', 'anything.at_all', true],
    ['', 'payment.failed', false],
  ])('for %s, asked about %s: %s', (wanted, type, expected) => {
    expect(wants({ types: [wanted] }, type)).toBe(expected);
  });
});
