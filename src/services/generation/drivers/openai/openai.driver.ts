import { Injectable } from '@nestjs/common';
import { textOf, type Content, type ModelAnswer, type ModelRequest } from '../../content/content.js';
import { estimateContents } from '../../content/estimate-tokens.js';
import type { Embeddings, ModelDriver, ProviderCall, ProviderModel } from '../driver.js';
import { ChunkTranslator } from './chunk-translator.js';
import { fromChat } from './from-chat.js';
import { OpenAiClients, type OpenAiClient } from './openai-clients.service.js';
import { toChat } from './to-chat.js';

/** Most models that are listed. */
const MAX_MODELS = 1000;

/** Any server that speaks OpenAI's chat completions. */
@Injectable()
export class OpenAiDriver implements ModelDriver {
  readonly provider = 'openai';

  constructor(private readonly clients: OpenAiClients) {}

  get isConfigured(): boolean {
    return this.clients.isConfigured;
  }

  async generate(request: ModelRequest, { model, key, signal }: ProviderCall): Promise<ModelAnswer> {
    const body = toChat(request, model, this.clients.dialect);
    return this.call(key, async ({ api }) => fromChat(await api.chat.completions.create(body, { signal })));
  }

  async *stream(request: ModelRequest, { model, key, signal }: ProviderCall): AsyncGenerator<ModelAnswer> {
    const body = toChat(request, model, this.clients.dialect);
    const client = await this.clients.of(key);
    const translator = new ChunkTranslator();
    try {
      const chunks = await client.api.chat.completions.create(
        { ...body, stream: true, stream_options: { include_usage: true } },
        { signal },
      );
      // The usage comes by itself at the end; it belongs to the last piece, as Gemini has it.
      let last: ModelAnswer | undefined;
      for await (const chunk of chunks) {
        const piece = translator.translate(chunk);
        if (!piece) continue;
        if (last && piece.candidates) yield last;
        last = piece.candidates ? piece : { ...last, ...piece };
        if (hasEnded(last)) continue;
        yield last;
        last = undefined;
      }
      if (last) yield last;
    } catch (error) {
      throw await this.clients.errorOf(error, client);
    }
  }

  /** An estimate: these servers have no route that counts. */
  countTokens(contents: Content[]): Promise<number> {
    return Promise.resolve(estimateContents(contents));
  }

  embed(contents: Content[], { model, key, signal }: ProviderCall): Promise<Embeddings> {
    return this.call(key, async ({ api }) => {
      const input = contents.map(textOf);
      const { data, usage } = await api.embeddings.create(
        { model, input, encoding_format: 'float' },
        { signal },
      );
      const values = data.toSorted((one, other) => one.index - other.index).map(({ embedding }) => embedding);
      return { values, tokens: usage?.prompt_tokens };
    });
  }

  models({ key, signal }: Pick<ProviderCall, 'key' | 'signal'>): Promise<ProviderModel[]> {
    return this.call(key, async ({ api }) => {
      const models: ProviderModel[] = [];
      for await (const { id } of api.models.list({ signal })) {
        models.push({ name: `openai/${id}` });
        if (models.length === MAX_MODELS) break;
      }
      return models;
    });
  }

  private async call<T>(key: string | undefined, work: (client: OpenAiClient) => Promise<T>): Promise<T> {
    const client = await this.clients.of(key);
    try {
      return await work(client);
    } catch (error) {
      throw await this.clients.errorOf(error, client);
    }
  }
}

const hasEnded = ({ candidates = [] }: ModelAnswer) =>
  candidates.some(({ finishReason }) => finishReason !== undefined);
