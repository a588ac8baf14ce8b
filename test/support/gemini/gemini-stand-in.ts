import type { ServerResponse } from 'node:http';
import { HttpStandIn, sendJson, type Recorded } from '../provider/http-stand-in.ts';
import { GeminiFilesStandIn } from './gemini-files.ts';
import { badKey, echo, fail, usage, words, type GeminiBody } from './gemini-replies.ts';

/** A key that the stand-in does not accept. */
export const BAD_KEY = 'bad-key-bad-key-bad-key';

const MODELS = ['gemini-2.5-flash', 'gemini-2.5-pro', 'gemini-embedding-001'].map((name) => ({
  name: `models/${name}`,
  displayName: name,
  inputTokenLimit: 1048576,
  outputTokenLimit: 65536,
  supportedGenerationMethods: ['generateContent'],
}));

interface EmbedBody {
  requests: { content: { parts: { text: string }[] } }[];
}

/** Speaks Gemini's REST API (`v1beta`) on a port of its own. It answers with what it is told, as an echo. */
export class GeminiStandIn extends HttpStandIn {
  readonly files = new GeminiFilesStandIn();

  constructor() {
    super((request, response) => this.route(request, response));
  }

  static start(): Promise<GeminiStandIn> {
    return new GeminiStandIn().listen();
  }

  private route(request: Recorded, response: ServerResponse): void | Promise<void> {
    if (request.headers['x-goog-api-key'] === BAD_KEY) return badKey(request, response);
    if (this.files.answer(request, response, this.url)) return;
    if (request.method === 'GET' && request.path === '/v1beta/models')
      return sendJson(response, 200, { models: MODELS });
    const [, method] = request.path.split(':');
    if (method === 'generateContent' || method === 'streamGenerateContent') return echo(request, response);
    if (method === 'countTokens')
      return sendJson(response, 200, { totalTokens: usage(request, '').promptTokenCount });
    if (method === 'batchEmbedContents') {
      const { requests } = request.body as EmbedBody;
      const embeddings = requests.map(({ content }) => ({ values: [words(content.parts[0].text), 0.5] }));
      return sendJson(response, 200, { embeddings });
    }
    return fail(404, 'NOT_FOUND', `${request.path} is not found.`)(request, response);
  }

  /** The body of the last request. */
  get lastBody(): GeminiBody {
    return this.last.body as GeminiBody;
  }
}
