import type { ServerResponse } from 'node:http';
import { HttpStandIn, sendJson, type Recorded } from '../provider/http-stand-in.ts';
import { echo, fail, type ChatBody } from './openai-replies.ts';

/** A key that the stand-in does not accept, and says back as some servers do. */
export const BAD_KEY = 'sk-bad-key-bad-key-bad-key';

const MODELS = ['gpt-4.1-mini', 'meta-llama/Llama-3.1-8B', 'text-embedding-3-small'];

/** Speaks OpenAI's chat completions on a port of its own. It answers with what it is told, as an echo. */
export class OpenAiStandIn extends HttpStandIn {
  constructor() {
    super((request, response) => this.route(request, response));
  }

  static start(): Promise<OpenAiStandIn> {
    return new OpenAiStandIn().listen();
  }

  /** What `OPENAI_BASE_URL` is set to. */
  get baseUrl(): string {
    return `${this.url}/v1`;
  }

  private route(request: Recorded, response: ServerResponse): void | Promise<void> {
    if (request.headers.authorization === `Bearer ${BAD_KEY}`)
      return fail(401, 'invalid_api_key', `Incorrect API key provided: ${BAD_KEY}.`)(request, response);
    if (request.path === '/v1/models')
      return sendJson(response, 200, {
        object: 'list',
        data: MODELS.map((id) => ({ id, object: 'model', created: 1, owned_by: 'stand-in' })),
      });
    if (request.path === '/v1/chat/completions') return echo(request, response);
    if (request.path === '/v1/embeddings') {
      const { input, model } = request.body as { input: string[]; model: string };
      const data = input.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: [text.length, 0.25],
      }));
      return sendJson(response, 200, {
        object: 'list',
        model,
        data,
        usage: { prompt_tokens: input.length, total_tokens: input.length },
      });
    }
    return fail(404, 'not_found', `Unknown path ${request.path}`)(request, response);
  }

  /** The body of the last request. */
  get lastBody(): ChatBody {
    return this.last.body as ChatBody;
  }
}
