import type { Content, ModelAnswer, ModelRequest } from '../content/content.js';

/** The providers, by the prefix of their models. */
export type Provider = 'gemini' | 'openai';

/** One call of a provider. */
export interface ProviderCall {
  /** Name of the model as the provider has it. */
  model: string;
  /** The caller's own key at the provider; the server's when absent. Used for this call alone. */
  key?: string;
  /** Ends the call. */
  signal: AbortSignal;
}

/** Vectors of texts. */
export interface Embeddings {
  values: number[][];
  /** Tokens of the texts, when the provider tells. */
  tokens?: number;
}

/** A model that a provider has. */
export interface ProviderModel {
  /** The name by which clients ask for it: `models/…` or `openai/…`. */
  name: string;
  displayName?: string;
  inputTokenLimit?: number;
  outputTokenLimit?: number;
}

/**
 * A provider of models. Every method throws a CoglexError `blocked_by_safety`, `provider_key_invalid`,
 * `provider_quota`, `context_too_long`, `provider_unavailable`, `provider_timeout`, `not_found` (no such model),
 * `unprocessable` (refused as malformed) or `service_unavailable` (not configured), and none holds a key.
 */
export interface ModelDriver {
  readonly provider: Provider;
  /** Whether the server has what it needs to call the provider with a key of its own. */
  readonly isConfigured: boolean;
  generate(request: ModelRequest, call: ProviderCall): Promise<ModelAnswer>;
  /** Pieces of an answer. The provider's call ends with the iteration. */
  stream(request: ModelRequest, call: ProviderCall): AsyncIterable<ModelAnswer>;
  countTokens(contents: Content[], call: ProviderCall): Promise<number>;
  embed(contents: Content[], call: ProviderCall): Promise<Embeddings>;
  models(call: Omit<ProviderCall, 'model'>): Promise<ProviderModel[]>;
}
