import { Injectable } from '@nestjs/common';
import type { Caller } from '../../../platform/security/caller.js';
import { estimateRequest } from '../content/estimate-tokens.js';
import type { ModelAnswer } from '../content/content.js';
import { Conversations } from '../conversations/conversations.service.js';
import { Meter } from '../metering/meter.service.js';
import type { TraceEntry } from '../tools/tool-trace.js';
import type { ConverseAnswer } from './converse-answer.js';
import { Exchanges, type Exchange } from './exchanges.service.js';
import { ResponseCache } from './response-cache.service.js';
import type { ConverseRequest, Task } from './task.js';
import { Tasks } from './tasks.service.js';

/** An answer, and whether it came from the cache. */
export interface Conversed {
  answer: ConverseAnswer;
  cached: boolean;
}

/** Talks with models, for callers and for applications. */
@Injectable()
export class ConverseService {
  constructor(
    private readonly tasks: Tasks,
    private readonly exchanges: Exchanges,
    private readonly cache: ResponseCache,
    private readonly conversations: Conversations,
    private readonly meter: Meter,
  ) {}

  /** @param signal aborted when nobody waits for the answer any more: the provider's call ends then */
  async converse(body: ConverseRequest, caller: Caller, signal: AbortSignal): Promise<Conversed> {
    const task = await this.tasks.prepare(body, caller, signal);
    const known = await this.fromCache(task);
    const exchange = known ?? (await this.exchanges.whole(task));
    return { answer: await this.finish(task, exchange, known !== undefined), cached: known !== undefined };
  }

  /** Pieces of the answer; at the end what tools were run, if any were to be. */
  async *stream(
    body: ConverseRequest,
    caller: Caller,
    signal: AbortSignal,
  ): AsyncGenerator<ModelAnswer, TraceEntry[] | undefined> {
    const task = await this.tasks.prepare(body, caller, signal);
    const known = await this.fromCache(task);
    if (known) {
      await this.finish(task, known, true);
      yield known.answer;
      return undefined;
    }
    const exchange = yield* this.exchanges.pieces(task);
    return (await this.finish(task, exchange, false)).trace;
  }

  private async fromCache(task: Task): Promise<Exchange | undefined> {
    const known = await this.cache.find(task);
    if (!known) return undefined;
    const { caller, model } = task.ask;
    const prompt = estimateRequest(task.request);
    await this.meter.cached({ caller, model, operation: 'converse', prompt });
    return known;
  }

  private async finish(task: Task, exchange: Exchange, cached: boolean): Promise<ConverseAnswer> {
    const { answer, added } = exchange;
    if (!cached) await this.cache.keep(task, exchange);
    if (task.conversation === undefined) return answer;
    await this.conversations.append(task.ask.caller, task.conversation, [...task.said, ...added]);
    return { ...answer, conversation: task.conversation };
  }
}
