import { Injectable } from '@nestjs/common';
import type { Consumer } from '../limits/limits.service.js';
import type { Operation, UsageRow } from './usage-row.js';

/** A call that is about to begin. */
export interface PlannedCall extends Consumer {
  /** Under this id its usage is told later. */
  id: string;
  project: string;
  model: string;
  operation: Operation;
  /** Tokens of the prompt, estimated. */
  prompt: number;
  /** Most tokens of the answer, or what is assumed of it. */
  output: number;
  /** Cost of both, in US dollars. */
  cost: number;
}

/** What an application adds to metering: quotas of a workspace, or a wallet. */
export interface GenerationHook {
  /** Before the provider is called. Whatever it throws is the answer of the request. */
  before?(call: PlannedCall): Promise<void>;
  /**
   * Once for each call that `before` let pass, also for one that failed and used nothing. A plain answer waits for it.
   * It may come again for a call whose server died, with the same `_id`.
   */
  after?(usage: UsageRow): Promise<void>;
}

/** The hooks of applications around every call of a model. */
@Injectable()
export class GenerationHooks {
  private readonly hooks: GenerationHook[] = [];

  register(hook: GenerationHook): void {
    this.hooks.push(hook);
  }

  async before(call: PlannedCall): Promise<void> {
    for (const hook of this.hooks) await hook.before?.(call);
  }

  async after(usage: UsageRow): Promise<void> {
    await Promise.all(this.hooks.map(async (hook) => hook.after?.(usage)));
  }
}
