import { Injectable } from '@nestjs/common';
import { Cache } from '../../platform/cache/cache.js';
import type { CacheArea } from '../../platform/cache/cache-area.js';
import { Config } from '../../platform/config/config.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { Caller } from '../../platform/security/caller.js';
import type { Ask } from './calls/ask.js';
import { ProviderCalls } from './calls/provider-calls.service.js';
import { checkContents } from './content/check-contents.js';
import { estimateContents } from './content/estimate-tokens.js';
import type { ModelDriver, ProviderModel } from './drivers/driver.js';
import { Drivers } from './drivers/drivers.service.js';
import { notConfigured } from './drivers/provider-errors.js';
import { Meter } from './metering/meter.service.js';
import { Prices } from './metering/prices.service.js';
import { NO_TOKENS } from './metering/token-usage.js';

/** Most texts in one request; providers take no more. */
const MAX_TEXTS = 2048;

/** How long the list of a provider is believed, in seconds: asking takes it longer than many an answer of a model. */
const LISTED_SECONDS = 300;

/** What a caller sends. */
export interface ContentsRequest {
  contents: unknown;
  model?: string;
  key?: string;
}

export type ListedModel = ProviderModel & { provider: string };

/** What models do beside conversing: count, embed, and be listed. */
@Injectable()
export class ModelsService {
  private readonly listed: CacheArea;

  constructor(
    private readonly calls: ProviderCalls,
    private readonly drivers: Drivers,
    private readonly meter: Meter,
    private readonly prices: Prices,
    private readonly config: Config,
    cache: Cache,
  ) {
    // The keys of providers belong to the installation, and so do the lists.
    this.listed = cache.area('generation-models', 'installation');
  }

  /** Counts tokens; providers do that for nothing, so it is not metered. */
  async tokens(body: ContentsRequest, caller: Caller, signal: AbortSignal) {
    const { model = this.config.GENERATION_MODEL, key } = body;
    const contents = checkContents(body.contents, '/contents');
    const totalTokens = await this.calls.once({ model, key, caller, signal }, ({ driver, call }) =>
      driver.countTokens(contents, call),
    );
    return { totalTokens, cost: this.prices.cost(model, { ...NO_TOKENS, in: totalTokens }) };
  }

  /** Makes vectors, one for each content. */
  async embed(body: ContentsRequest, caller: Caller, signal: AbortSignal): Promise<number[][]> {
    const { model = this.config.GENERATION_EMBEDDING_MODEL, key } = body;
    const contents = checkContents(body.contents, '/contents');
    if (contents.length > MAX_TEXTS)
      throw new CoglexError('validation_failed', {
        detail: `At most ${MAX_TEXTS} texts can be embedded at once.`,
        errors: [{ field: '/contents', message: 'contents holds too many texts' }],
      });
    const ask: Ask = { model, key, caller, signal };
    this.drivers.route(model);
    const prompt = estimateContents(contents);
    const metered = await this.meter.begin({ caller, model, operation: 'embed', prompt, output: 0 });
    try {
      const { values, tokens = prompt } = await this.calls.once(ask, ({ driver, call }) =>
        driver.embed(contents, call),
      );
      await metered.end('done', { ...NO_TOKENS, in: tokens });
      return values;
    } catch (error) {
      const gone = error instanceof CoglexError && error.code === 'client_gone';
      // The first error is the one to tell; the account is caught up with later.
      await metered
        .end(gone ? 'cancelled' : 'failed', gone ? { ...NO_TOKENS, in: prompt } : NO_TOKENS)
        .catch(() => undefined);
      throw error;
    }
  }

  /**
   * The models of the providers that are set up. One provider that is down does not hide the others.
   *
   * @throws CoglexError `service_unavailable` when none is set up, or that of the first when all are down
   */
  async list(signal: AbortSignal): Promise<ListedModel[]> {
    const drivers = this.drivers.all.filter(({ isConfigured }) => isConfigured);
    if (drivers.length === 0) throw notConfigured('GENERATION_KEY');
    const lists = await Promise.allSettled(drivers.map((driver) => this.listOf(driver)));
    if (signal.aborted) throw new CoglexError('client_gone');
    const answers = lists.filter((list) => list.status === 'fulfilled');
    if (answers.length === 0) throw (lists[0] as PromiseRejectedResult).reason;
    return answers.flatMap(({ value }) => value);
  }

  private async listOf(driver: ModelDriver): Promise<ListedModel[]> {
    const { provider } = driver;
    // Others wait for the same answer: that one client is gone does not end it.
    const { signal } = new AbortController();
    const models = await this.listed.getOrCompute([provider], { seconds: LISTED_SECONDS }, () =>
      this.calls.withDeadline(signal, (until) => driver.models({ signal: until })),
    );
    return models.map((model) => ({ ...model, provider }));
  }
}
