import type { ChatCompletion } from 'openai/resources/chat/completions';
import type { CompletionUsage } from 'openai/resources/completions';
import type { Candidate, ModelAnswer, Part, UsageMetadata } from '../../content/content.js';

const FINISH_REASONS = new Map<string, string>([
  ['stop', 'STOP'],
  ['length', 'MAX_TOKENS'],
  ['tool_calls', 'STOP'],
  ['function_call', 'STOP'],
  ['content_filter', 'SAFETY'],
]);

/** An answer in Gemini's form. */
export function fromChat({ choices, usage, model, id }: ChatCompletion): ModelAnswer {
  return {
    candidates: choices.map(({ message, finish_reason, index }): Candidate => {
      const calls = (message.tool_calls ?? []).flatMap((call) =>
        call.type === 'function' ? [functionPart(call.id, call.function.name, call.function.arguments)] : [],
      );
      const text = message.content ?? '';
      const parts: Part[] = [...(text === '' && calls.length > 0 ? [] : [{ text }]), ...calls];
      return {
        content: { role: 'model', parts },
        finishReason: message.refusal ? 'SAFETY' : finishReason(finish_reason),
        index,
      };
    }),
    ...(usage ? { usageMetadata: fromUsage(usage) } : {}),
    modelVersion: model,
    responseId: id,
  };
}

export const finishReason = (reason: string): string => FINISH_REASONS.get(reason) ?? 'OTHER';

/** A call of a function. Models write the arguments as text, and not always as JSON. */
export function functionPart(id: string | undefined, name: string, json: string): Part {
  return { functionCall: { ...(id ? { id } : {}), name, args: parseArguments(json) } };
}

function parseArguments(json: string): Record<string, unknown> {
  if (json.trim() === '') return {};
  try {
    const parsed = JSON.parse(json) as unknown;
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // Told as it is: who declared the function must see what the model made of it.
  }
  return { arguments: json };
}

/** Gemini counts thoughts beside the answer, OpenAI as a part of it. */
export function fromUsage(usage: CompletionUsage): UsageMetadata {
  const thoughts = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  return {
    promptTokenCount: usage.prompt_tokens,
    candidatesTokenCount: Math.max(0, (usage.completion_tokens ?? 0) - thoughts),
    totalTokenCount: usage.total_tokens,
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    ...(cached > 0 ? { cachedContentTokenCount: cached } : {}),
  };
}
