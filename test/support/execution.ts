import type { ApiAnswer, ApiClient, Problem } from './api-client.js';

/** Path of the execution service. */
export const EXECUTION = '/service/execution/v1';

/** What a run gave. */
export interface Outcome {
  result: unknown;
  stdout: string;
  stderr: string;
  duration_ms: number;
  error: { code: string; type: string; message: string; line: number | null } | null;
}

export type Language = 'python' | 'javascript' | 'typescript';

/** Runs code through the API. */
export function execute(
  client: ApiClient,
  language: Language,
  code: string,
  more: Record<string, unknown> = {},
): Promise<ApiAnswer<Outcome & Partial<Problem>>> {
  return client.post(`${EXECUTION}/execute`, { language, code, ...more });
}
