import { Injectable } from '@nestjs/common';
import type { GoogleGenAI } from '@google/genai';
import { Config } from '../../../../platform/config/config.js';
import type { CoglexError } from '../../../../platform/errors/coglex-error.js';
import { notConfigured } from '../provider-errors.js';
import { providerFetch } from '../provider-fetch.js';

/** A client of Gemini and the key that it uses. */
export interface GeminiClient {
  api: GoogleGenAI;
  key: string;
}

/** Makes clients of Gemini: one for the server's key, and one for each call with a key of the caller's own. */
@Injectable()
export class GeminiClients {
  private own?: GeminiClient;

  constructor(private readonly config: Config) {}

  get isConfigured(): boolean {
    return this.config.GENERATION_KEY !== undefined;
  }

  /** @throws CoglexError `service_unavailable` when there is no key at all */
  async of(key: string | undefined): Promise<GeminiClient> {
    if (key !== undefined) return this.create(key);
    const own = this.ownKey();
    // The server's key may be another one by now.
    if (this.own?.key === own) return this.own;
    return (this.own = await this.create(own));
  }

  /** A client whose requests end with a signal: uploads take none of their own. */
  async until(signal: AbortSignal, key: string | undefined): Promise<GeminiClient> {
    return this.create(key ?? this.ownKey(), signal);
  }

  private ownKey(): string {
    if (this.config.GENERATION_KEY === undefined) throw notConfigured('GENERATION_KEY');
    return this.config.GENERATION_KEY;
  }

  /** What a call threw, as the error of the service. */
  async errorOf(error: unknown, { key }: GeminiClient): Promise<CoglexError> {
    const { geminiError } = await import('./gemini-errors.js');
    return geminiError(error, key);
  }

  private async create(key: string, signal?: AbortSignal): Promise<GeminiClient> {
    // With the first call: it takes 30 MB, which nobody misses who does not use it.
    const { GoogleGenAI } = await import('@google/genai');
    const api = new GoogleGenAI({
      apiKey: key,
      // Said outright, for the SDK would look into the environment.
      vertexai: false,
      apiVersion: 'v1beta',
      httpOptions: {
        baseUrl: this.config.GENERATION_BASE_URL.replace(/\/+$/, ''),
        fetch: providerFetch([key], signal),
      },
    });
    return { api, key };
  }
}
