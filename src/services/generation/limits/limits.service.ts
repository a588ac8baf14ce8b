import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import {
  endOfWindow,
  limitId,
  windowOf,
  type Amounts,
  type Hold,
  type Limit,
  type LimitScope,
} from './limit.js';
import { LimitsRepository } from './limits.repository.js';

const PERIODS = ['day', 'month'] as const;

/** Who uses something up. */
export interface Consumer {
  /** Id of the API key. */
  key: string | null;
  /** Id of the user. */
  user: string | null;
}

/** Lets calls take what they may use before they begin, and puts right what they used when they end. */
@Injectable()
export class Limits {
  constructor(
    private readonly repository: LimitsRepository,
    private readonly context: ProjectContext,
  ) {}

  /**
   * Takes what a call may use from every limit that counts it.
   *
   * @param need without room for this the call may not begin
   * @param want what is taken where there is room for it
   * @throws CoglexError `quota_exceeded`; nothing is taken then
   */
  async reserve(consumer: Consumer, need: Amounts, want: Amounts): Promise<Hold[]> {
    const limits = await this.repository.find(this.idsOf(consumer));
    if (limits.length === 0) return [];
    const holds: Hold[] = [];
    try {
      for (const limit of limits) holds.push(await this.take(limit, need, want));
      return holds;
    } catch (error) {
      await this.release(holds);
      throw error;
    }
  }

  async settle(holds: readonly Hold[], used: Amounts): Promise<void> {
    await Promise.all(holds.map((hold) => this.repository.settle(hold, used)));
  }

  /** Gives back all that a call took: it used nothing. */
  async release(holds: readonly Hold[]): Promise<void> {
    await this.settle(holds, { requests: 0, tokens: 0, cost: 0 });
  }

  private async take(limit: Limit, need: Amounts, want: Amounts): Promise<Hold> {
    const now = new Date();
    const window = windowOf(limit.period, now);
    if (limit.window !== window) await this.repository.open(limit._id, window);
    const hold = await this.repository.take(limit._id, window, need, want);
    if (hold) return hold;
    throw exceeded(limit, now);
  }

  private idsOf({ key, user }: Consumer): string[] {
    const scopes: [LimitScope, string | null][] = [
      ['key', key],
      ['user', user],
      ['project', this.context.project],
    ];
    return scopes.flatMap(([scope, id]) =>
      id === null ? [] : PERIODS.map((period) => limitId(scope, id, period)),
    );
  }
}

function exceeded({ scope, period }: Limit, now: Date): CoglexError {
  const seconds = Math.ceil((endOfWindow(period, now).getTime() - now.getTime()) / 1000);
  return new CoglexError('quota_exceeded', {
    detail: `The ${scope} has used up what it may use in a ${period}, or calls under way may use the rest.`,
    headers: { 'Retry-After': String(Math.max(1, seconds)) },
    extensions: { limit: { scope, period } },
  });
}
