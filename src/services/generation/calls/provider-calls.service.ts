import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { ExternalCalls } from '../../../platform/outbound/external-calls.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Provider, ProviderCall } from '../drivers/driver.js';
import { Drivers, type Route } from '../drivers/drivers.service.js';
import type { Ask } from './ask.js';
import { Deadline } from './deadline.js';
import { ModelBounds } from './model-bounds.service.js';
import { ProviderHealth } from './provider-health.service.js';
import { RetryBudget } from './retry-budget.js';

const FIRST_PAUSE_MS = 100;

/** A call under way. */
export interface RunningCall extends Route {
  call: ProviderCall;
  deadline: Deadline;
}

/** Calls one model: within its time, again when its provider is down, and never more often than is good for it. */
@Injectable()
export class ProviderCalls {
  private readonly budgets = new Map<Provider, RetryBudget>();

  constructor(
    private readonly drivers: Drivers,
    private readonly bounds: ModelBounds,
    private readonly health: ProviderHealth,
    private readonly config: Config,
    private readonly external: ExternalCalls,
  ) {}

  /** Makes a call that has one answer. */
  async once<T>(ask: Ask, work: (running: RunningCall) => Promise<T>): Promise<T> {
    const leave = this.bounds.enter(ask.model);
    const running = this.begin(ask);
    try {
      const result = await this.attempt(running, ask, 'call', () => work(running));
      running.deadline.release();
      return result;
    } catch (error) {
      running.deadline.close();
      throw error;
    } finally {
      leave();
    }
  }

  /** Makes a call whose answer comes in pieces. It is tried again only while there has been none. */
  async *pieces<T>(ask: Ask, work: (running: RunningCall) => AsyncIterable<T>): AsyncGenerator<T> {
    const leave = this.bounds.enter(ask.model);
    const running = this.begin(ask, this.config.GENERATION_STREAM_MS);
    const { deadline } = running;
    let iterator: AsyncIterator<T> | undefined;
    try {
      // Only the first piece is timed; how long the rest takes is up to who reads it.
      let next = await this.attempt(running, ask, 'stream', () => {
        iterator = work(running)[Symbol.asyncIterator]();
        return iterator.next();
      });
      while (!next.done) {
        deadline.pause();
        yield next.value;
        deadline.restart();
        next = await iterator!.next();
      }
      // Some SDKs take a call that was ended for one that has come to its end.
      if (deadline.signal.aborted) throw new CoglexError('provider_unavailable');
    } catch (error) {
      throw deadline.reason(error);
    } finally {
      leave();
      deadline.close();
      // What it still holds is let go; nobody waits for that.
      void Promise.resolve(iterator?.return?.()).catch(() => undefined);
    }
  }

  /** Bounds something else that a provider is asked. */
  async withDeadline<T>(client: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadline = new Deadline(client, this.config.GENERATION_TIMEOUT_MS);
    try {
      return await work(deadline.signal);
    } catch (error) {
      throw deadline.reason(error);
    } finally {
      deadline.close();
    }
  }

  private begin({ model, key, signal }: Ask, wholeMs?: number): RunningCall {
    const route = this.drivers.route(model);
    const deadline = new Deadline(signal, this.config.GENERATION_TIMEOUT_MS, wholeMs);
    return { ...route, deadline, call: { model: route.name, key, signal: deadline.signal } };
  }

  private async attempt<T>(
    { driver, deadline }: RunningCall,
    { key }: Ask,
    operation: 'call' | 'stream',
    work: () => Promise<T>,
  ): Promise<T> {
    const { provider } = driver;
    const budget = this.budgetOf(provider);
    const inTime = () =>
      work().catch((thrown: unknown) => {
        throw deadline.reason(thrown);
      });
    for (let retries = 0; ; retries += 1) {
      try {
        const result = await this.external.observe({ provider, operation }, inTime);
        budget.succeeded();
        if (key === undefined) this.health.note(provider);
        return result;
      } catch (error) {
        if (key === undefined) this.health.note(provider, error);
        if (retries >= this.config.GENERATION_RETRIES || !isPassing(error) || !budget.spend()) throw error;
        await this.pause(retries, deadline);
      }
    }
  }

  private async pause(retries: number, deadline: Deadline): Promise<void> {
    const longest = FIRST_PAUSE_MS * 2 ** retries;
    const ms = longest / 2 + (Math.random() * longest) / 2;
    await sleep(ms, undefined, { signal: deadline.signal }).catch((error: unknown) => {
      throw deadline.reason(error);
    });
  }

  private budgetOf(provider: Provider): RetryBudget {
    let budget = this.budgets.get(provider);
    if (!budget) this.budgets.set(provider, (budget = new RetryBudget()));
    return budget;
  }
}

const isPassing = (error: unknown) => error instanceof CoglexError && error.code === 'provider_unavailable';
