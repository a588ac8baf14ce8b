import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import type { ModelPrice, ModelPrices } from '../../../platform/config/generation-words.js';
import { DEFAULT_PRICES } from './default-prices.js';
import type { TokenUsage } from './token-usage.js';

const MILLION = 1_000_000;
/** Nothing smaller than a billionth of a dollar is kept, so that sums stay readable. */
const DIGITS = 9;

/** Knows what models cost. */
@Injectable()
export class Prices {
  private readonly prices: ModelPrices;

  constructor(config: Config) {
    this.prices = { ...DEFAULT_PRICES, ...config.GENERATION_PRICES };
  }

  /**
   * Cost in US dollars; 0 for a model without a price.
   *
   * @param at which of several dated prices counts
   */
  cost(model: string, { in: input, out, cached }: TokenUsage, at = new Date()): number {
    const price = this.priceAt(model, at.toISOString().slice(0, 10));
    if (!price) return 0;
    const fromCache = Math.min(cached, input);
    const dollars =
      ((input - fromCache) * price.in + fromCache * (price.cached ?? price.in) + out * price.out) / MILLION;
    return roundCost(dollars);
  }

  private priceAt(model: string, day: string): ModelPrice | undefined {
    const known = Object.hasOwn(this.prices, model) ? [this.prices[model]].flat() : [];
    return known
      .filter(({ from = '' }) => from <= day)
      .sort((one, other) => (one.from ?? '').localeCompare(other.from ?? ''))
      .at(-1);
  }
}

export const roundCost = (dollars: number): number => Number(dollars.toFixed(DIGITS));
