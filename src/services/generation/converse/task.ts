import type { Ask } from '../calls/ask.js';
import type { Content, ModelRequest } from '../content/content.js';
import type { OutputSchema } from '../structured/output-schema.js';
import type { RunBounds } from '../tools/tool-run.js';

/** What a caller sends, once it is checked. */
export interface ConverseRequest extends Omit<ModelRequest, 'contents' | 'systemInstruction'> {
  /** Messages in any of the forms that callers may write. */
  contents: unknown;
  systemInstruction?: unknown;
  model?: string;
  /** The caller's own key at the provider; used for this request alone. */
  key?: string;
  /** Whether an equal request may be answered from the cache, and for how many seconds. */
  cache?: boolean | number;
  /** Id of the thread that is continued. */
  conversation?: string;
  /** Whether the server runs the tools that it knows. */
  runTools?: boolean | { maxSteps?: number; timeout_ms?: number };
}

/** A request that is ready to be asked. */
export interface Task {
  ask: Ask;
  /** With the messages of the thread in front. */
  request: ModelRequest;
  /** The caller's messages, without those of the thread. */
  said: Content[];
  conversation?: string;
  schema?: OutputSchema;
  run?: RunBounds;
  /** Life of the cached answer, in seconds; 0 for none. */
  cacheSeconds: number;
}
