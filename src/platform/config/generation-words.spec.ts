import { isModelBounds, isModelName, isModelPrices } from './generation-words.js';

describe('isModelName', () => {
  it.each([
    'models/gemini-2.5-flash',
    'openai/gpt-4.1',
    'openai/meta-llama/Llama-3.1-8B',
    'openai/qwen2.5:7b',
  ])('takes %s', (name) => expect(isModelName(name)).toBe(true));

  it.each([
    'gemini-2.5-flash',
    'models/',
    'models/../files',
    'models/a/b',
    'openai/',
    'openai/a b',
    'openai/a\n',
  ])('refuses %j', (name) => expect(isModelName(name)).toBe(false));
});

describe('isModelPrices', () => {
  const price = { in: 0.3, out: 2.5 };

  it.each([
    {},
    { 'models/a': price },
    { 'openai/b': [price, { ...price, from: '2026-01-01', cached: 0.03 }] },
  ])('takes %j', (prices) => expect(isModelPrices(prices)).toBe(true));

  it.each([
    null,
    [],
    'x',
    { a: price },
    { 'models/a': 1 },
    { 'models/a': { in: 1 } },
    { 'models/a': { in: -1, out: 1 } },
    { 'models/a': { ...price, from: 'today' } },
    { 'models/a': { ...price, currency: 'EUR' } },
  ])('refuses %j', (prices) => expect(isModelPrices(prices)).toBe(false));
});

describe('isModelBounds', () => {
  it('takes positive whole numbers under known names', () => {
    expect(isModelBounds({ 'models/a': { in: 1000, out: 10, parallel: 2 } })).toBe(true);
    for (const bad of [{ in: 0 }, { in: 1.5 }, { tokens: 1 }, 5])
      expect(isModelBounds({ 'models/a': bad })).toBe(false);
  });
});
