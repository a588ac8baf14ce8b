import type {
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionFunctionTool,
  ChatCompletionToolChoiceOption,
} from 'openai/resources/chat/completions';
import type {
  FunctionDeclaration,
  GenerationConfig,
  ModelRequest,
  ToolConfig,
} from '../../content/content.js';
import { withoutUndefined } from '../../content/without-undefined.js';
import { toJsonSchema } from '../../structured/json-schema.js';
import { toMessages } from './to-messages.js';

type ChatRequest = ChatCompletionCreateParamsNonStreaming;

/** How a server wants to be asked. */
export interface ChatDialect {
  /** OpenAI itself has a new name for the bound of an answer; all others know the old one. */
  limitName: 'max_completion_tokens' | 'max_tokens';
}

/** What is asked, in OpenAI's form. What has no counterpart there (`topK`, `safetySettings`) is left out. */
export function toChat(request: ModelRequest, model: string, { limitName }: ChatDialect): ChatRequest {
  const { contents, systemInstruction, tools, toolConfig, generationConfig = {} } = request;
  const functions = (tools ?? []).flatMap(({ functionDeclarations = [] }) => functionDeclarations);
  const { maxOutputTokens } = generationConfig;
  return withoutUndefined({
    model,
    messages: toMessages(contents, systemInstruction),
    ...settings(generationConfig),
    ...(maxOutputTokens === undefined ? {} : { [limitName]: maxOutputTokens }),
    tools: functions.length > 0 ? functions.map(toFunction) : undefined,
    tool_choice: functions.length > 0 ? toolChoice(toolConfig) : undefined,
    response_format: responseFormat(generationConfig),
  });
}

function settings(config: GenerationConfig): Partial<ChatRequest> {
  return {
    temperature: config.temperature,
    top_p: config.topP,
    n: config.candidateCount,
    stop: config.stopSequences,
    presence_penalty: config.presencePenalty,
    frequency_penalty: config.frequencyPenalty,
    seed: config.seed,
  };
}

function toFunction(declaration: FunctionDeclaration): ChatCompletionFunctionTool {
  const { name, description, parameters, parametersJsonSchema } = declaration;
  const schema = parametersJsonSchema ?? (parameters && toJsonSchema(parameters));
  return { type: 'function', function: withoutUndefined({ name, description, parameters: schema }) };
}

function toolChoice(config: ToolConfig | undefined): ChatCompletionToolChoiceOption | undefined {
  const { mode, allowedFunctionNames = [] } = config?.functionCallingConfig ?? {};
  if (mode === 'NONE') return 'none';
  if (mode !== 'ANY') return mode === 'AUTO' ? 'auto' : undefined;
  const [only] = allowedFunctionNames;
  return allowedFunctionNames.length === 1 ? { type: 'function', function: { name: only } } : 'required';
}

function responseFormat(config: GenerationConfig): ChatRequest['response_format'] {
  const schema = config.responseJsonSchema ?? (config.responseSchema && toJsonSchema(config.responseSchema));
  if (schema) return { type: 'json_schema', json_schema: { name: 'answer', schema } };
  return config.responseMimeType === 'application/json' ? { type: 'json_object' } : undefined;
}
