import { amountProblem, exponentOf, isCurrency } from './currencies.js';

describe('currencies', () => {
  it.each(['usd', 'EUR', 'jpy', 'kwd', 'clp'])('know %s', (code) => {
    expect(isCurrency(code)).toBe(true);
  });

  it.each(['', 'us', 'usdd', 'xyz', 'dem', 'btc', '€', ' usd', 840, null, ['usd'], {}])(
    'do not know %j',
    (code) => {
      expect(isCurrency(code)).toBe(false);
    },
  );

  it.each([
    ['usd', 2],
    ['jpy', 0],
    ['krw', 0],
    ['clp', 0],
    ['kwd', 3],
    ['bhd', 3],
    ['isk', 2],
    ['ugx', 2],
  ])('give %s %i digits behind the point', (code, digits) => {
    expect(exponentOf(code)).toBe(digits);
  });
});

describe('an amount', () => {
  it.each([
    [2999, 'usd'],
    [0, 'usd'],
    [500, 'jpy'],
    [501, 'jpy'],
    [5120, 'kwd'],
    [500, 'isk'],
  ])('of %i %s is fine', (amount, currency) => {
    expect(amountProblem(amount, currency)).toBeUndefined();
  });

  it.each([
    [29.99, 'usd'],
    [-1, 'usd'],
    ['2999', 'usd'],
    [NaN, 'usd'],
    [Infinity, 'usd'],
    [1e15, 'usd'],
    [2 ** 53, 'usd'],
    [5.5, 'jpy'],
    [5123, 'kwd'],
    [550, 'isk'],
    [null, 'usd'],
  ])('of %p %s is not', (amount, currency) => {
    expect(amountProblem(amount, currency)).toEqual(expect.any(String));
  });
});
