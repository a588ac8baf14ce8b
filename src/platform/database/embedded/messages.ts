import type { ServiceOptions } from './options.js';

/** What the engine's thread is given when it starts. */
export type ThreadData = ServiceOptions;

/** What the engine's thread is asked for. */
export type ThreadRequest = { type: 'close' } | { type: 'backup'; id: number; to: string };

/** What it tells. */
export type ThreadMessage =
  | { type: 'ready'; uri: string }
  | { type: 'failed'; error: ThreadError }
  | { type: 'done'; id: number; error?: ThreadError }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; context: object; message: string };

/** An error that has crossed threads, where classes are lost. */
export interface ThreadError {
  name: string;
  message: string;
  stack?: string;
}

export function describeError(error: unknown): ThreadError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return { name: error.name, message: error.message, stack: error.stack };
}
