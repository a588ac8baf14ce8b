import { Injectable } from '@nestjs/common';
import type { ModelAnswer, ModelRequest } from '../content/content.js';
import type { Ask } from './ask.js';
import { Fallbacks } from './fallbacks.service.js';
import { ModelBounds } from './model-bounds.service.js';
import { ProviderCalls } from './provider-calls.service.js';

/** Asks models, one after the other until one answers. */
@Injectable()
export class ModelCalls {
  constructor(
    private readonly calls: ProviderCalls,
    private readonly fallbacks: Fallbacks,
    private readonly bounds: ModelBounds,
  ) {}

  /** @returns the answer and the model that gave it */
  async generate(request: ModelRequest, ask: Ask): Promise<{ answer: ModelAnswer; model: string }> {
    for (const [model, isLast] of this.candidates(ask)) {
      try {
        const asked = this.bounds.withOutput(model, request);
        const answer = await this.calls.once({ ...ask, model }, ({ driver, call }) =>
          driver.generate(asked, call),
        );
        return { answer, model };
      } catch (error) {
        if (isLast || !this.fallbacks.helpAgainst(error)) throw error;
      }
    }
    throw new Error('No model was asked');
  }

  /** Pieces of an answer, each with the model that gives it. Once there is a piece no other model takes over. */
  async *stream(request: ModelRequest, ask: Ask): AsyncGenerator<{ piece: ModelAnswer; model: string }> {
    for (const [model, isLast] of this.candidates(ask)) {
      let started = false;
      try {
        const asked = this.bounds.withOutput(model, request);
        const pieces = this.calls.pieces({ ...ask, model }, ({ driver, call }) => driver.stream(asked, call));
        for await (const piece of pieces) {
          started = true;
          yield { piece, model };
        }
        return;
      } catch (error) {
        if (started || isLast || !this.fallbacks.helpAgainst(error)) throw error;
      }
    }
  }

  private candidates(ask: Ask): [model: string, isLast: boolean][] {
    const models = this.fallbacks.modelsFor(ask);
    return models.map((model, at) => [model, at === models.length - 1]);
  }
}
