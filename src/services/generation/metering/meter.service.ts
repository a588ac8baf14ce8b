import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import type { Caller } from '../../../platform/security/caller.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { Hold } from '../limits/limit.js';
import { Limits } from '../limits/limits.service.js';
import { Bookkeeping } from './bookkeeping.service.js';
import { GenerationHooks, type PlannedCall } from './generation-hooks.service.js';
import { MeteredCall } from './metered-call.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import { OpenNote } from './open-note.js';
import { Prices } from './prices.service.js';
import { dayOf, type Operation, type UsageRow } from './usage-row.js';

/** A call still counts as under way for so long after it should have ended, in milliseconds. */
const GRACE_MS = 60_000;

/** What is known of a call before it begins. */
export interface CallPlan {
  caller: Caller;
  model: string;
  operation: Operation;
  /** Tokens of the prompt, estimated. */
  prompt: number;
  /** Most tokens of the answer, if the caller bounds it; 0 where there is none. */
  output?: number;
}

/** Opens and closes the account of every call. */
@Injectable()
export class Meter {
  constructor(
    private readonly limits: Limits,
    private readonly hooks: GenerationHooks,
    private readonly open: OpenCallsRepository,
    private readonly books: Bookkeeping,
    private readonly prices: Prices,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /**
   * Reserves what a call may use, and notes that it is under way.
   *
   * @throws CoglexError `quota_exceeded`, or what a hook throws
   */
  async begin(plan: CallPlan): Promise<MeteredCall> {
    const call = this.planned(plan);
    const holds = await this.reserve(call, plan);
    try {
      await this.hooks.before(call);
    } catch (error) {
      await this.limits.release(holds);
      throw error;
    }
    return new MeteredCall(call, holds, this.note(call, holds), this.prices, this.books);
  }

  /** Writes a call that the response cache answered. */
  async cached(plan: CallPlan): Promise<void> {
    const call = this.planned(plan);
    await this.books.enter(rowOf(call, 'cached', 0), []);
  }

  private planned({ caller, model, operation, prompt, output }: CallPlan): PlannedCall {
    const expected = output ?? this.config.GENERATION_RESERVED_OUTPUT;
    return {
      id: randomUUID(),
      project: this.context.project,
      key: caller.key?.id ?? null,
      user: caller.user?.id ?? null,
      model,
      operation,
      prompt,
      output: expected,
      cost: this.prices.cost(model, { in: prompt, out: expected, cached: 0 }),
    };
  }

  private reserve(call: PlannedCall, { model, prompt, output = 0 }: CallPlan): Promise<Hold[]> {
    const cost = this.prices.cost(model, { in: prompt, out: output, cached: 0 });
    return this.limits.reserve(
      call,
      { requests: 1, tokens: prompt + output, cost },
      { requests: 1, tokens: prompt + call.output, cost: call.cost },
    );
  }

  private note(call: PlannedCall, holds: Hold[]): OpenNote {
    const cost = this.prices.cost(call.model, { in: call.prompt, out: 0, cached: 0 });
    const row = { ...rowOf(call, 'lost', cost), in: call.prompt };
    const models = 1 + this.config.GENERATION_FALLBACKS.length;
    const until = new Date(Date.now() + this.config.GENERATION_STREAM_MS * models + GRACE_MS);
    return new OpenNote({ _id: call.id, row, holds, until }, this.open);
  }
}

function rowOf(call: PlannedCall, state: UsageRow['state'], cost: number): UsageRow {
  const now = new Date();
  const { id, project, key, user, model, operation } = call;
  return {
    ...{ _id: id, project, key, user, model, operation, state },
    ...{ in: 0, out: 0, cached: 0, cost, latency: 0, day: dayOf(now), _inserted: now },
  };
}
