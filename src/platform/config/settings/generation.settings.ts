import {
  isModelBounds,
  isModelName,
  isModelPrices,
  type ModelBounds,
  type ModelPrices,
} from '../generation-words.js';
import { Bytes, HttpUrl, Integer, Json, List, Text } from '../setting.decorator.js';
import { CacheSettings } from './cache.settings.js';

const group = 'Generation';
const MB = 1024 ** 2;

/** Models and what they cost. */
export class GenerationSettings extends CacheSettings {
  @Text({ group, about: 'API key of Gemini.', secret: true, live: true, optional: true })
  readonly GENERATION_KEY?: string;

  @Text({ group, about: 'Model that answers when a request names none.' })
  readonly GENERATION_MODEL: string = 'models/gemini-2.5-flash';

  @Text({ group, about: 'Model that makes embeddings when a request names none.' })
  readonly GENERATION_EMBEDDING_MODEL: string = 'models/gemini-embedding-001';

  @HttpUrl({ group, about: 'Address of Gemini, or of a proxy in front of it.' })
  readonly GENERATION_BASE_URL: string = 'https://generativelanguage.googleapis.com';

  @Text({
    group,
    about: 'API key of the OpenAI-compatible server.',
    secret: true,
    live: true,
    optional: true,
  })
  readonly OPENAI_API_KEY?: string;

  @HttpUrl({
    group,
    about: 'Address of an OpenAI-compatible server (OpenAI, Groq, Mistral, Ollama, vLLM), with its `/v1`.',
    optional: true,
  })
  readonly OPENAI_BASE_URL?: string;

  @List(isModelName, 'hold models such as models/gemini-2.5-flash and openai/gpt-4.1-mini', {
    group,
    about: 'Models that answer, in this order, when the one that was asked for cannot; comma-separated.',
    shownDefault: '',
  })
  readonly GENERATION_FALLBACKS: string[] = [];

  @Integer(10, 3_600_000, {
    group,
    about:
      'Longest wait for the answer of a model, or for the next piece of a streamed one, in milliseconds.',
  })
  readonly GENERATION_TIMEOUT_MS: number = 60_000;

  @Integer(1000, 3_600_000, { group, about: 'Longest life of one streamed answer, in milliseconds.' })
  readonly GENERATION_STREAM_MS: number = 600_000;

  @Integer(0, 5, { group, about: 'Times that a call is tried again when the provider is down.' })
  readonly GENERATION_RETRIES: number = 2;

  @Json(isModelPrices, 'be JSON such as {"openai/x": {"from": "2026-01-01", "in": 0.3, "out": 2.5}}', {
    group,
    about:
      'Prices in US dollars for a million tokens, as JSON: by model `{"from", "in", "out", "cached"}` or a list of such. They go before those that come with the program.',
    shownDefault: '',
  })
  readonly GENERATION_PRICES: ModelPrices = {};

  @Json(isModelBounds, 'be JSON such as {"openai/x": {"in": 100000, "out": 4096, "parallel": 8}}', {
    group,
    about:
      'What one call may take, as JSON: by model the most tokens `in` and `out`, and the most calls in `parallel`.',
    shownDefault: '',
  })
  readonly GENERATION_MODEL_LIMITS: Record<string, ModelBounds> = {};

  @Integer(0, 1_000_000, {
    group,
    about: 'Tokens of an answer that a limited call reserves when it names no `maxOutputTokens`.',
  })
  readonly GENERATION_RESERVED_OUTPUT: number = 1024;

  @Integer(100, 10_000_000, {
    group,
    about: 'Tokens of a stored conversation that a model is shown; older messages are left out.',
  })
  readonly GENERATION_CONTEXT_TOKENS: number = 32_000;

  @Bytes(1024, 12 * MB, { group, about: 'Largest conversation that is stored.', shownDefault: '8MB' })
  readonly GENERATION_CONVERSATION_SIZE: number = 8 * MB;

  @Integer(1, 50, { group, about: 'Most calls of a model in one request that runs tools.' })
  readonly GENERATION_MAX_STEPS: number = 10;

  @Integer(100, 600_000, { group, about: 'Longest time of one request that runs tools, in milliseconds.' })
  readonly GENERATION_RUN_MS: number = 120_000;

  @Integer(100, 100_000_000, { group, about: 'Tokens after which a request that runs tools is ended.' })
  readonly GENERATION_RUN_TOKENS: number = 200_000;

  @Integer(1, 31_536_000, { group, about: 'Life of a cached answer with `cache: true`, in seconds.' })
  readonly GENERATION_CACHE_SECONDS: number = 3600;
}
