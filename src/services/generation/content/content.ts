// The forms of Gemini's REST API are the service's own: drivers of other providers translate from and to them.

/** A piece of a message; one of these members is set. */
export interface Part {
  text?: string;
  /** The text is what the model thought, not what it says. */
  thought?: boolean;
  thoughtSignature?: string;
  inlineData?: { mimeType: string; data: string; displayName?: string };
  fileData?: { mimeType?: string; fileUri: string; displayName?: string };
  functionCall?: FunctionCall;
  functionResponse?: { id?: string; name: string; response: Record<string, unknown> };
  executableCode?: Record<string, unknown>;
  codeExecutionResult?: Record<string, unknown>;
  videoMetadata?: Record<string, unknown>;
}

/** What a model wants to be called. */
export interface FunctionCall {
  id?: string;
  name: string;
  args?: Record<string, unknown>;
}

/** One message. */
export interface Content {
  /** `user`, `model`, or `function` for the answers of functions. */
  role?: string;
  parts: Part[];
}

/** A function that a model may call. */
export interface FunctionDeclaration {
  name: string;
  description?: string;
  parameters?: Record<string, unknown>;
  parametersJsonSchema?: Record<string, unknown>;
}

export interface Tool {
  functionDeclarations?: FunctionDeclaration[];
  /** Tools of the provider's own, such as `googleSearch`. */
  [member: string]: unknown;
}

export interface ToolConfig {
  functionCallingConfig?: { mode?: string; allowedFunctionNames?: string[] };
  [member: string]: unknown;
}

export interface GenerationConfig {
  temperature?: number;
  topP?: number;
  topK?: number;
  candidateCount?: number;
  maxOutputTokens?: number;
  stopSequences?: string[];
  presencePenalty?: number;
  frequencyPenalty?: number;
  seed?: number;
  responseMimeType?: string;
  /** Schema in the words of OpenAPI. */
  responseSchema?: Record<string, unknown>;
  responseJsonSchema?: Record<string, unknown>;
}

/** What a model is asked, whatever the provider. */
export interface ModelRequest {
  contents: Content[];
  systemInstruction?: Content;
  tools?: Tool[];
  toolConfig?: ToolConfig;
  generationConfig?: GenerationConfig;
  safetySettings?: { category: string; threshold: string }[];
}

export interface UsageMetadata {
  promptTokenCount?: number;
  candidatesTokenCount?: number;
  totalTokenCount?: number;
  /** Tokens of the prompt that came from the provider's cache. */
  cachedContentTokenCount?: number;
  thoughtsTokenCount?: number;
  toolUsePromptTokenCount?: number;
  [member: string]: unknown;
}

export interface Candidate {
  content?: Content;
  /** `STOP`, `MAX_TOKENS`, `SAFETY` and others of Gemini's. */
  finishReason?: string;
  index?: number;
  [member: string]: unknown;
}

/** An answer, or a piece of one that is streamed. */
export interface ModelAnswer {
  candidates?: Candidate[];
  usageMetadata?: UsageMetadata;
  promptFeedback?: { blockReason?: string; [member: string]: unknown };
  modelVersion?: string;
  responseId?: string;
}

/** The text of a message, without thoughts. */
export function textOf(content: Content | undefined): string {
  return (content?.parts ?? []).map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('');
}

/** The functions that an answer wants to be called. */
export function functionCallsOf(answer: ModelAnswer): FunctionCall[] {
  return (answer.candidates?.[0]?.content?.parts ?? []).flatMap(({ functionCall }) => functionCall ?? []);
}
