import { Injectable } from '@nestjs/common';
import type OpenAI from 'openai';
import { Config } from '../../../../platform/config/config.js';
import type { CoglexError } from '../../../../platform/errors/coglex-error.js';
import { notConfigured } from '../provider-errors.js';
import { providerFetch } from '../provider-fetch.js';
import type { ChatDialect } from './to-chat.js';

const OPENAI = 'https://api.openai.com/v1';
/** Servers on one's own machine want no key; the SDK does. */
const NO_KEY = 'none';
/** The SDK's own limit would end calls that ours allows; the signal of a call ends it. */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** A client of the OpenAI-compatible server and the key that it uses. */
export interface OpenAiClient {
  api: OpenAI;
  key: string;
}

/** Makes clients of the OpenAI-compatible server: one for the server's key, and one for each key of a caller. */
@Injectable()
export class OpenAiClients {
  private own?: OpenAiClient;

  constructor(private readonly config: Config) {}

  get isConfigured(): boolean {
    return this.config.OPENAI_API_KEY !== undefined || this.config.OPENAI_BASE_URL !== undefined;
  }

  get dialect(): ChatDialect {
    const { OPENAI_BASE_URL: url } = this.config;
    const isOpenAi = url === undefined || new URL(url).hostname.endsWith('openai.com');
    return { limitName: isOpenAi ? 'max_completion_tokens' : 'max_tokens' };
  }

  /** @throws CoglexError `service_unavailable` when neither a key nor a server is set */
  async of(key: string | undefined): Promise<OpenAiClient> {
    if (key !== undefined) return this.create(key);
    if (!this.isConfigured) throw notConfigured('OPENAI_API_KEY');
    const own = this.config.OPENAI_API_KEY ?? NO_KEY;
    // The server's key may be another one by now.
    if (this.own?.key === own) return this.own;
    return (this.own = await this.create(own));
  }

  /** What a call threw, as the error of the service. */
  async errorOf(error: unknown, { key }: OpenAiClient): Promise<CoglexError> {
    const { openAiError } = await import('./openai-errors.js');
    return openAiError(error, key);
  }

  private async create(key: string): Promise<OpenAiClient> {
    // With the first call: it takes 35 MB, which nobody misses who does not use it.
    const { default: Client } = await import('openai');
    const api = new Client({
      apiKey: key,
      baseURL: this.config.OPENAI_BASE_URL ?? OPENAI,
      // Said outright, for the SDK would look into the environment.
      organization: null,
      project: null,
      adminAPIKey: null,
      webhookSecret: null,
      logLevel: 'off',
      maxRetries: 0,
      timeout: NO_TIMEOUT_MS,
      fetch: providerFetch([key]),
    });
    return { api, key };
  }
}
