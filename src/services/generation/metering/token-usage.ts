import { estimateContents } from '../content/estimate-tokens.js';
import type { ModelAnswer } from '../content/content.js';

/** Tokens of one call. */
export interface TokenUsage {
  /** Of the prompt, those in `cached` included. */
  in: number;
  /** Of the answer, with thoughts. */
  out: number;
  /** Of the prompt, from the provider's cache. */
  cached: number;
}

export const NO_TOKENS: TokenUsage = { in: 0, out: 0, cached: 0 };

/**
 * What an answer, or the part of it that has come, used.
 *
 * @param prompt tokens of the prompt as they were estimated; they count until the provider tells
 */
export function usageOf({ usageMetadata = {}, candidates = [] }: ModelAnswer, prompt: number): TokenUsage {
  const { promptTokenCount, toolUsePromptTokenCount = 0, cachedContentTokenCount = 0 } = usageMetadata;
  const { candidatesTokenCount, thoughtsTokenCount = 0 } = usageMetadata;
  const said = candidates.flatMap(({ content }) => (content?.parts ? [content] : []));
  return {
    in: (promptTokenCount ?? prompt) + toolUsePromptTokenCount,
    out: (candidatesTokenCount ?? estimateContents(said)) + thoughtsTokenCount,
    cached: cachedContentTokenCount,
  };
}

/** The same of an answer that broke off: what the provider had told by then may be less than what it had said. */
export function partialUsageOf(answer: ModelAnswer, prompt: number): TokenUsage {
  const told = usageOf(answer, prompt);
  const seen = usageOf({ candidates: answer.candidates }, prompt);
  return { ...told, out: Math.max(told.out, seen.out) };
}
