import type { ModelPrices } from '../../../platform/config/generation-words.js';

/**
 * List prices of common models as of September 2025, in US dollars for a million tokens. Providers change them:
 * `GENERATION_PRICES` goes before them, and bills should stand on that.
 */
export const DEFAULT_PRICES: ModelPrices = {
  'models/gemini-2.5-pro': { in: 1.25, out: 10, cached: 0.31 },
  'models/gemini-2.5-flash': { in: 0.3, out: 2.5, cached: 0.075 },
  'models/gemini-2.5-flash-lite': { in: 0.1, out: 0.4, cached: 0.025 },
  'models/gemini-2.0-flash': { in: 0.1, out: 0.4, cached: 0.025 },
  'models/gemini-2.0-flash-lite': { in: 0.075, out: 0.3 },
  'models/gemini-embedding-001': { in: 0.15, out: 0 },
  'openai/gpt-4.1': { in: 2, out: 8, cached: 0.5 },
  'openai/gpt-4.1-mini': { in: 0.4, out: 1.6, cached: 0.1 },
  'openai/gpt-4.1-nano': { in: 0.1, out: 0.4, cached: 0.025 },
  'openai/gpt-4o': { in: 2.5, out: 10, cached: 1.25 },
  'openai/gpt-4o-mini': { in: 0.15, out: 0.6, cached: 0.075 },
  'openai/text-embedding-3-small': { in: 0.02, out: 0 },
  'openai/text-embedding-3-large': { in: 0.13, out: 0 },
};
