/** Languages that code can be written in. */
export const LANGUAGES = ['python', 'javascript', 'typescript'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What the server wants to be run. */
export interface RunMessage {
  kind: 'run';
  code: string;
  language: Language;
  /** JSON of an object. */
  parameters: string;
  /** Longest time in milliseconds; the server kills the process soon after it. */
  timeout: number;
  /** Most memory in MiB. */
  memory: number;
  /** Most bytes of output and result together. */
  output: number;
  /** Most calls of the `coglex` module. */
  calls: number;
}

/** The answer to a {@link CallMessage}: JSON, or why there is none. */
export interface AnswerMessage {
  kind: 'answer';
  call: number;
  value?: string;
  error?: { code: string; message: string };
}

/** What the server sends to a worker. */
export type ToWorker = RunMessage | AnswerMessage;

/** Code that ended a run before its result: its own exception, or a limit. */
export const RUN_ERROR_CODES = ['exception', 'timeout', 'memory_exceeded', 'output_exceeded'] as const;
export type RunErrorCode = (typeof RUN_ERROR_CODES)[number];

/** Why a run has no result. */
export interface RunError {
  code: RunErrorCode;
  /** Name of the exception's class, or of the limit. */
  type: string;
  message: string;
  /** Line of the code, from 1; `null` where there is none. */
  line: number | null;
}

/** The code wants something of the `coglex` module. */
export interface CallMessage {
  kind: 'call';
  call: number;
  /** Such as `storage.find`. */
  name: string;
  /** JSON of the list of arguments. */
  args: string;
}

/** A run has ended. */
export interface DoneMessage {
  kind: 'done';
  /** JSON. */
  result?: string;
  error?: RunError;
  /** Time on the processor in milliseconds. */
  cpu: number;
  /** Most memory that the interpreter had, in MiB. */
  memory: number;
}

/** What a worker sends to the server, which believes none of it. */
export type FromWorker =
  /** It takes a run. */
  | { kind: 'ready' }
  | { kind: 'output'; stream: 'stdout' | 'stderr'; text: string }
  | CallMessage
  | DoneMessage;
