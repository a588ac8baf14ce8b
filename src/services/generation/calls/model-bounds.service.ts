import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { ModelRequest } from '../content/content.js';

/** Holds calls to what `GENERATION_MODEL_LIMITS` says of their model. */
@Injectable()
export class ModelBounds {
  private readonly running = new Map<string, number>();

  constructor(private readonly config: Config) {}

  /** @throws CoglexError `context_too_long` */
  checkPrompt(model: string, tokens: number): void {
    const most = this.boundsOf(model).in;
    if (most === undefined || tokens <= most) return;
    throw new CoglexError('context_too_long', {
      detail: `The request has about ${tokens} tokens; ${model} takes ${most} here.`,
    });
  }

  /** The request with an answer that is not longer than allowed. */
  withOutput(model: string, request: ModelRequest): ModelRequest {
    const most = this.boundsOf(model).out;
    const asked = request.generationConfig?.maxOutputTokens ?? Infinity;
    if (most === undefined || asked <= most) return request;
    return { ...request, generationConfig: { ...request.generationConfig, maxOutputTokens: most } };
  }

  /**
   * Takes a place for a call.
   *
   * @returns gives it back
   * @throws CoglexError `too_many_requests`
   */
  enter(model: string): () => void {
    const running = this.running.get(model) ?? 0;
    if (running >= (this.boundsOf(model).parallel ?? Infinity))
      throw new CoglexError('too_many_requests', {
        detail: `${model} is busy with as many calls as it may have at once.`,
        headers: { 'Retry-After': '1' },
      });
    this.running.set(model, running + 1);
    return () => this.leave(model);
  }

  private leave(model: string): void {
    const running = (this.running.get(model) ?? 1) - 1;
    if (running > 0) this.running.set(model, running);
    else this.running.delete(model);
  }

  private boundsOf(model: string) {
    const { GENERATION_MODEL_LIMITS: bounds } = this.config;
    return Object.hasOwn(bounds, model) ? bounds[model] : {};
  }
}
