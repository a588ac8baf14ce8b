import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Config } from '../../../platform/config/config.js';
import { Metrics } from '../../../platform/metrics/metrics.service.js';
import { DEFAULT_PRICES } from './default-prices.js';
import type { UsageRow } from './usage-row.js';

/** How all models are called that the settings do not name: callers may ask for any, and each would be a series. */
const OTHER = 'other';

/** Counts what calls of models use. */
@Injectable()
export class GenerationMetrics {
  private readonly known: ReadonlySet<string>;
  private readonly calls: Counter<'operation' | 'state'>;
  private readonly tokens: Counter<'model' | 'direction'>;
  private readonly cost: Counter<'model'>;

  constructor(config: Config, metrics: Metrics) {
    this.known = new Set([
      config.GENERATION_MODEL,
      config.GENERATION_EMBEDDING_MODEL,
      ...config.GENERATION_FALLBACKS,
      ...Object.keys({ ...DEFAULT_PRICES, ...config.GENERATION_PRICES, ...config.GENERATION_MODEL_LIMITS }),
    ]);
    this.calls = metrics.counter({
      name: 'coglex_generation_calls_total',
      help: 'Calls of models by how they ended: done, blocked, cancelled, timeout, broken, lost, cached or failed',
      labelNames: ['operation', 'state'],
    });
    this.tokens = metrics.counter({
      name: 'coglex_generation_tokens_total',
      help: 'Tokens of prompts (in), of answers (out), and of prompts that the provider had cached (cached)',
      labelNames: ['model', 'direction'],
    });
    this.cost = metrics.counter({
      name: 'coglex_generation_cost_dollars_total',
      help: 'Cost of calls by the prices that are known',
      labelNames: ['model'],
    });
  }

  note(row: UsageRow): void {
    this.calls.inc({ operation: row.operation, state: row.state });
    const model = this.known.has(row.model) ? row.model : OTHER;
    this.tokens.inc({ model, direction: 'in' }, row.in);
    this.tokens.inc({ model, direction: 'out' }, row.out);
    this.tokens.inc({ model, direction: 'cached' }, row.cached);
    this.cost.inc({ model }, row.cost);
  }
}
