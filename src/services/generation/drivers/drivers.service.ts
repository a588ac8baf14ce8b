import { Injectable } from '@nestjs/common';
import { isModelName } from '../../../platform/config/generation-words.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { ModelDriver } from './driver.js';
import { GeminiDriver } from './gemini/gemini.driver.js';
import { OpenAiDriver } from './openai/openai.driver.js';

const OPENAI_PREFIX = 'openai/';

/** Where the calls of a model go. */
export interface Route {
  driver: ModelDriver;
  /** The model as its provider calls it. */
  name: string;
}

/** Knows which provider has a model: the prefix says it. */
@Injectable()
export class Drivers {
  constructor(
    private readonly gemini: GeminiDriver,
    private readonly openai: OpenAiDriver,
  ) {}

  get all(): ModelDriver[] {
    return [this.gemini, this.openai];
  }

  /** @throws CoglexError `validation_failed` for what is no name of a model */
  route(model: string): Route {
    if (!isModelName(model))
      throw new CoglexError('validation_failed', {
        detail: 'A model is named models/<name> (Gemini) or openai/<name> (the OpenAI-compatible server).',
        errors: [{ field: '/model', message: 'model must be models/<name> or openai/<name>' }],
      });
    if (model.startsWith(OPENAI_PREFIX))
      return { driver: this.openai, name: model.slice(OPENAI_PREFIX.length) };
    return { driver: this.gemini, name: model };
  }
}
