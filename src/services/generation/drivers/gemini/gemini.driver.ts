import { Injectable } from '@nestjs/common';
import type { Content, ModelAnswer, ModelRequest } from '../../content/content.js';
import type { Embeddings, ModelDriver, ProviderCall, ProviderModel } from '../driver.js';
import { GeminiClients, type GeminiClient } from './gemini-clients.service.js';
import { fromGemini, toGemini } from './gemini-request.js';

/** Most models that are listed; Gemini has some dozens. */
const MAX_MODELS = 1000;

/** Google's Gemini, whose forms are the service's own. */
@Injectable()
export class GeminiDriver implements ModelDriver {
  readonly provider = 'gemini';

  constructor(private readonly clients: GeminiClients) {}

  get isConfigured(): boolean {
    return this.clients.isConfigured;
  }

  generate(request: ModelRequest, call: ProviderCall): Promise<ModelAnswer> {
    return this.call(call, async ({ api }) =>
      fromGemini((await api.models.generateContent(toGemini(request, call))) as ModelAnswer),
    );
  }

  async *stream(request: ModelRequest, call: ProviderCall): AsyncGenerator<ModelAnswer> {
    const client = await this.clients.of(call.key);
    try {
      const pieces = await client.api.models.generateContentStream(toGemini(request, call));
      for await (const piece of pieces) yield fromGemini(piece as ModelAnswer);
    } catch (error) {
      throw await this.clients.errorOf(error, client);
    }
  }

  countTokens(contents: Content[], { model, key, signal }: ProviderCall): Promise<number> {
    return this.call({ key }, async ({ api }) => {
      const { totalTokens } = await api.models.countTokens({
        model,
        contents: contents,
        config: { abortSignal: signal },
      });
      return totalTokens ?? 0;
    });
  }

  embed(contents: Content[], { model, key, signal }: ProviderCall): Promise<Embeddings> {
    return this.call({ key }, async ({ api }) => {
      const { embeddings = [] } = await api.models.embedContent({
        model,
        contents: contents,
        config: { abortSignal: signal },
      });
      return { values: embeddings.map(({ values = [] }) => values) };
    });
  }

  models({ key, signal }: Pick<ProviderCall, 'key' | 'signal'>): Promise<ProviderModel[]> {
    return this.call({ key }, async ({ api }) => {
      const models: ProviderModel[] = [];
      for await (const model of await api.models.list({ config: { abortSignal: signal, pageSize: 200 } })) {
        if (!model.name?.startsWith('models/')) continue;
        const { name, displayName, inputTokenLimit, outputTokenLimit } = model;
        models.push({ name, displayName, inputTokenLimit, outputTokenLimit });
        if (models.length === MAX_MODELS) break;
      }
      return models;
    });
  }

  private async call<T>(
    { key }: Pick<ProviderCall, 'key'>,
    work: (client: GeminiClient) => Promise<T>,
  ): Promise<T> {
    const client = await this.clients.of(key);
    try {
      return await work(client);
    } catch (error) {
      throw await this.clients.errorOf(error, client);
    }
  }
}
