import type { Hold } from '../limits/limit.js';
import type { Bookkeeping } from './bookkeeping.service.js';
import type { PlannedCall } from './generation-hooks.service.js';
import type { OpenNote } from './open-note.js';
import type { Prices } from './prices.service.js';
import type { TokenUsage } from './token-usage.js';
import { dayOf, type UsageState } from './usage-row.js';

/** The account of one call; it is closed once, whatever happens. */
export class MeteredCall {
  private readonly started = performance.now();
  private closed = false;

  constructor(
    private readonly plan: PlannedCall,
    private readonly holds: readonly Hold[],
    private readonly note: OpenNote,
    private readonly prices: Prices,
    private readonly books: Bookkeeping,
  ) {}

  /** Tokens of the prompt, estimated. */
  get prompt(): number {
    return this.plan.prompt;
  }

  /**
   * Writes how the call ended. Only the first time counts.
   *
   * @param model the one that answered, for it may have been another than was asked
   */
  async end(state: UsageState, used: TokenUsage, model = this.plan.model): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const now = new Date();
    const { id, project, key, user, operation } = this.plan;
    await this.books.enter(
      {
        ...{ _id: id, project, key, user, model, operation, state, ...used },
        cost: this.prices.cost(model, used, now),
        latency: Math.round(performance.now() - this.started),
        ...{ day: dayOf(now), _inserted: now },
      },
      this.holds,
    );
    this.note.drop();
  }
}
