import { Injectable } from '@nestjs/common';
import { GoogleGenAI } from '@google/genai';
import { Config } from '../../../../platform/config/config.js';
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
  of(key: string | undefined): GeminiClient {
    if (key !== undefined) return this.create(key);
    const own = this.ownKey();
    // The server's key may be another one by now.
    if (this.own?.key !== own) this.own = this.create(own);
    return this.own;
  }

  /** A client whose requests end with a signal: uploads take none of their own. */
  until(signal: AbortSignal, key: string | undefined): GeminiClient {
    return this.create(key ?? this.ownKey(), signal);
  }

  private ownKey(): string {
    if (this.config.GENERATION_KEY === undefined) throw notConfigured('GENERATION_KEY');
    return this.config.GENERATION_KEY;
  }

  private create(key: string, signal?: AbortSignal): GeminiClient {
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
