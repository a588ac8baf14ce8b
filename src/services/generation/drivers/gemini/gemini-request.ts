import type { GenerateContentConfig, GenerateContentParameters } from '@google/genai';
import type { ModelAnswer, ModelRequest } from '../../content/content.js';
import type { ProviderCall } from '../driver.js';

/** What is asked, as the SDK wants it: its `config` is the REST API's `generationConfig` and all the rest. */
export function toGemini(request: ModelRequest, call: ProviderCall): GenerateContentParameters {
  const { contents, systemInstruction, tools, toolConfig, generationConfig, safetySettings } = request;
  const config = {
    ...generationConfig,
    systemInstruction,
    // The SDK rewrites declarations in place; the request may be needed again.
    tools: tools && structuredClone(tools),
    toolConfig,
    safetySettings,
    abortSignal: call.signal,
    // One call is one call: it is metered as such.
    automaticContinuation: false,
  } as GenerateContentConfig;
  return { model: call.model, contents: contents.map(withRole), config };
}

/** Gemini takes a message without a role for one of the user only when it is alone. */
function withRole<T extends { role?: string }>(content: T): T {
  return { ...content, role: content.role ?? 'user' };
}

/** What came back, without what belongs to the SDK. */
export function fromGemini(answer: ModelAnswer): ModelAnswer {
  const { candidates, usageMetadata, promptFeedback, modelVersion, responseId } = answer;
  return {
    ...(candidates ? { candidates } : {}),
    ...(usageMetadata ? { usageMetadata } : {}),
    ...(promptFeedback ? { promptFeedback } : {}),
    ...(modelVersion ? { modelVersion } : {}),
    ...(responseId ? { responseId } : {}),
  };
}
