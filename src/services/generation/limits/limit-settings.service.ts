import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { roundCost } from '../metering/prices.service.js';
import { UsageRepository } from '../metering/usage.repository.js';
import {
  DIMENSIONS,
  endOfWindow,
  limitId,
  NOTHING,
  windowOf,
  type Amounts,
  type Limit,
  type LimitPeriod,
  type LimitScope,
} from './limit.js';
import { LimitsRepository } from './limits.repository.js';

/** Which limit. */
export interface LimitName {
  scope: LimitScope;
  id: string;
  period: LimitPeriod;
}

/** A limit as it stands. */
export type LimitState = LimitName & Partial<Amounts> & { used: Amounts; resets: string };

/** Sets limits, and tells how they stand. */
@Injectable()
export class LimitSettings {
  constructor(
    private readonly repository: LimitsRepository,
    private readonly usage: UsageRepository,
    private readonly context: ProjectContext,
  ) {}

  /**
   * Sets a limit, or changes it. A new one counts what has been used since its day or month began.
   *
   * @throws CoglexError `validation_failed`
   */
  async put({ scope, id, period, ...amounts }: LimitName & Partial<Amounts>): Promise<LimitState> {
    if (DIMENSIONS.every((name) => amounts[name] === undefined))
      throw new CoglexError('validation_failed', {
        detail: 'A limit bounds requests, tokens or cost.',
        errors: DIMENSIONS.map((name) => ({ field: `/${name}`, message: 'one of these is required' })),
      });
    this.checkProject(scope, id);
    const now = new Date();
    const limit = await this.repository.put({
      ...{ _id: limitId(scope, id, period), scope, id, period, ...amounts },
      ...{
        window: windowOf(period, now),
        used: await this.usedBy({ scope, id, period }, now),
        _inserted: now,
      },
    });
    return stateOf(limit, now);
  }

  /** A user sees its own; server code sees all. */
  async list({ user }: Caller): Promise<LimitState[]> {
    const limits = await this.repository.list(user ? { scope: 'user', id: user.id } : {});
    const now = new Date();
    return limits.map((limit) => stateOf(limit, now));
  }

  /** @throws CoglexError `not_found` */
  async delete({ scope, id, period }: LimitName): Promise<void> {
    if (!(await this.repository.delete(limitId(scope, id, period))))
      throw new CoglexError('not_found', { detail: 'There is no such limit.' });
  }

  private checkProject(scope: LimitScope, id: string): void {
    if (scope !== 'project' || id === this.context.project) return;
    throw new CoglexError('validation_failed', {
      detail: 'A key sets limits of its own project alone.',
      errors: [{ field: '/id', message: `id must be ${this.context.project}` }],
    });
  }

  private async usedBy({ scope, id, period }: LimitName, now: Date): Promise<Amounts> {
    const window = windowOf(period, now);
    const days = {
      $gte: period === 'day' ? window : `${window}-01`,
      $lte: period === 'day' ? window : `${window}-31`,
    };
    const who = scope === 'project' ? {} : { [scope]: id };
    const [sum] = await this.usage.sum({ day: days, ...who }, []);
    return sum ? { requests: sum.requests, tokens: sum.in + sum.out, cost: sum.cost } : { ...NOTHING };
  }
}

function stateOf(limit: Limit, now: Date): LimitState {
  const { scope, id, period, requests, tokens, cost, window, used } = limit;
  const current = window === windowOf(period, now) ? used : NOTHING;
  const amounts = Object.entries({ requests, tokens, cost }).filter(([, amount]) => amount !== undefined);
  return {
    ...{ scope, id, period },
    ...(Object.fromEntries(amounts) as Partial<Amounts>),
    used: { requests: current.requests, tokens: current.tokens, cost: roundCost(current.cost) },
    resets: endOfWindow(period, now).toISOString(),
  };
}
