import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { Caller } from '../../../platform/security/caller.js';
import { checkContent, checkContents } from '../content/check-contents.js';
import { withoutUndefined } from '../content/without-undefined.js';
import { Conversations } from '../conversations/conversations.service.js';
import { Drivers } from '../drivers/drivers.service.js';
import { OutputSchema } from '../structured/output-schema.js';
import type { RunBounds } from '../tools/tool-run.js';
import type { ConverseRequest, Task } from './task.js';

const JSON_TYPE = 'application/json';

/** Makes tasks of what callers send. */
@Injectable()
export class Tasks {
  constructor(
    private readonly drivers: Drivers,
    private readonly conversations: Conversations,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `validation_failed`, or `not_found` for a thread that is not there */
  async prepare(body: ConverseRequest, caller: Caller, signal: AbortSignal): Promise<Task> {
    const { model = this.config.GENERATION_MODEL, key, conversation } = body;
    this.drivers.route(model);
    const said = checkContents(body.contents, '/contents');
    const schema = OutputSchema.of(body.generationConfig);
    const cacheSeconds = this.cacheSeconds(body);
    const run = this.runBounds(body);
    if (run && cacheSeconds > 0)
      throw new CoglexError('validation_failed', {
        detail: 'An answer that tools had a part in is not cached: send cache or runTools.',
        errors: [{ field: '/cache', message: 'cache does not go with runTools' }],
      });
    const before = conversation ? await this.conversations.context(caller, conversation, said) : [];
    return {
      ask: { model, caller, key, signal },
      request: withoutUndefined({
        contents: [...before, ...said],
        systemInstruction:
          body.systemInstruction === undefined
            ? undefined
            : checkContent(body.systemInstruction, '/systemInstruction'),
        tools: body.tools,
        toolConfig: body.toolConfig,
        generationConfig: schema
          ? { ...body.generationConfig, responseMimeType: JSON_TYPE }
          : body.generationConfig,
        safetySettings: body.safetySettings,
      }),
      ...{ said, conversation, schema, run, cacheSeconds },
    };
  }

  private cacheSeconds({ cache = false }: ConverseRequest): number {
    if (typeof cache === 'number') return cache;
    return cache ? this.config.GENERATION_CACHE_SECONDS : 0;
  }

  private runBounds({ runTools = false }: ConverseRequest): RunBounds | undefined {
    if (runTools === false) return undefined;
    const { maxSteps = Infinity, timeout_ms = Infinity } = runTools === true ? {} : runTools;
    return {
      maxSteps: Math.min(maxSteps, this.config.GENERATION_MAX_STEPS),
      timeoutMs: Math.min(timeout_ms, this.config.GENERATION_RUN_MS),
      maxTokens: this.config.GENERATION_RUN_TOKENS,
    };
  }
}
