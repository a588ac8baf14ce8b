import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { ErrorCode } from '../../../platform/errors/catalogue.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { ModelAnswer, ModelRequest } from '../content/content.js';
import { estimateRequest } from '../content/estimate-tokens.js';
import { AnswerMerger } from '../content/merge-answers.js';
import { blockedError } from '../drivers/provider-errors.js';
import type { MeteredCall } from '../metering/metered-call.js';
import { Meter } from '../metering/meter.service.js';
import { NO_TOKENS, partialUsageOf, usageOf } from '../metering/token-usage.js';
import type { UsageState } from '../metering/usage-row.js';
import type { Ask } from './ask.js';
import { ModelBounds } from './model-bounds.service.js';
import { ModelCalls } from './model-calls.service.js';
import { blockReason } from './safety.js';

/** How calls end that were ended from here; the provider has read the prompt by then. */
const ENDED_HERE = new Map<ErrorCode, UsageState>([
  ['client_gone', 'cancelled'],
  ['provider_timeout', 'timeout'],
]);

/** An answer, and the model that gave it. */
export interface Turn {
  answer: ModelAnswer;
  model: string;
}

/** Asks models and accounts for every call, however it ends. */
@Injectable()
export class MeteredCalls {
  constructor(
    private readonly calls: ModelCalls,
    private readonly bounds: ModelBounds,
    private readonly meter: Meter,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(MeteredCalls.name);
  }

  /** The usage is durable when this returns. @throws CoglexError also `blocked_by_safety` */
  async generate(request: ModelRequest, ask: Ask): Promise<Turn> {
    const call = await this.begin(request, ask);
    try {
      const { answer, model } = await this.calls.generate(request, ask);
      const reason = blockReason(answer);
      await call.end(reason ? 'blocked' : 'done', usageOf(answer, call.prompt), model);
      if (reason) throw blockedError(reason);
      return { answer, model };
    } catch (error) {
      await this.fail(call, error);
      throw error;
    }
  }

  /** Pieces of an answer, and at the end the whole. Who leaves early pays for what had come. */
  async *stream(request: ModelRequest, ask: Ask): AsyncGenerator<ModelAnswer, Turn> {
    const call = await this.begin(request, ask);
    const merger = new AnswerMerger();
    let model = ask.model;
    try {
      for await (const next of this.calls.stream(request, ask)) {
        merger.add(next.piece);
        ({ model } = next);
        const reason = blockReason(merger.answer);
        if (reason) {
          await call.end('blocked', usageOf(merger.answer, call.prompt), model);
          throw blockedError(reason);
        }
        yield next.piece;
      }
      if (!merger.isComplete)
        throw new CoglexError('provider_unavailable', { detail: 'The stream of the provider broke off.' });
      await call.end('done', usageOf(merger.answer, call.prompt), model);
      return { answer: merger.answer, model };
    } catch (error) {
      await this.fail(call, error, merger.answer, model);
      throw error;
    } finally {
      // Only who leaves early has not ended the call by now.
      await this.fail(call, new CoglexError('client_gone'), merger.answer, model);
    }
  }

  private begin(request: ModelRequest, { caller, model }: Ask): Promise<MeteredCall> {
    const prompt = estimateRequest(request);
    this.bounds.checkPrompt(model, prompt);
    const output = this.bounds.withOutput(model, request).generationConfig?.maxOutputTokens;
    return this.meter.begin({ caller, model, operation: 'converse', prompt, output });
  }

  private async fail(
    call: MeteredCall,
    error: unknown,
    seen: ModelAnswer = {},
    model?: string,
  ): Promise<void> {
    const state = stateOf(error, seen);
    const used = state === 'failed' ? NO_TOKENS : partialUsageOf(seen, call.prompt);
    // The first error is the one to tell; this one is caught up with later.
    await call.end(state, used, model).catch((failure: unknown) => {
      this.logger.warn({ err: failure }, 'The usage of a call is not stored yet');
    });
  }
}

function stateOf(error: unknown, seen: ModelAnswer): UsageState {
  const ended = error instanceof CoglexError ? ENDED_HERE.get(error.code) : undefined;
  return ended ?? (seen.candidates ? 'broken' : 'failed');
}
