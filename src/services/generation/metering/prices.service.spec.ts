import { testConfig } from '../../../../test/support/security-module.js';
import { Prices } from './prices.service.js';

const usage = { in: 1_000_000, out: 1_000_000, cached: 500_000 };
const at = (day: string) => new Date(`${day}T12:00:00Z`);

describe('Prices', () => {
  const model = 'openai/x';
  const prices = new Prices(
    testConfig({
      GENERATION_PRICES: JSON.stringify({
        [model]: [
          { from: '2026-06-01', in: 2, out: 4, cached: 1 },
          { from: '2026-01-01', in: 1, out: 2 },
        ],
        'models/gemini-2.5-flash': { in: 7, out: 7 },
      }),
    }),
  );

  it('count from their day on', () => {
    expect(prices.cost(model, usage, at('2025-12-31'))).toBe(0);
    expect(prices.cost(model, usage, at('2026-01-01'))).toBe(1 + 2);
    expect(prices.cost(model, usage, at('2026-06-01'))).toBe(0.5 * 2 + 0.5 * 1 + 4);
  });

  it('of the settings go before those of the program', () => {
    expect(prices.cost('models/gemini-2.5-flash', usage)).toBe(14);
    expect(new Prices(testConfig()).cost('models/gemini-2.5-flash', usage)).toBeGreaterThan(2);
  });

  it.each(['openai/unknown', 'models/constructor', 'openai/__proto__'])('are 0 for %s', (unknown) => {
    expect(prices.cost(unknown, usage)).toBe(0);
  });

  it('do not gather dust', () => {
    expect(prices.cost(model, { in: 3, out: 0, cached: 0 }, at('2026-01-01'))).toBe(0.000003);
  });
});
