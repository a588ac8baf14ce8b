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

/** A run, as the API shows it. */
export interface Run {
  id: string;
  function: string;
  version: number | null;
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled';
  cause: string;
  result: unknown;
  error: Outcome['error'];
}

/** Stores a function, and tells how to invoke it. */
export async function storeFunction(
  client: ApiClient,
  name: string,
  definition: Record<string, unknown>,
): Promise<(parameters?: Record<string, unknown>, as?: ApiClient) => Promise<ApiAnswer<Outcome & Problem>>> {
  const stored = await client.send<Problem>('PUT', `${EXECUTION}/functions/${name}`, definition);
  if (stored.status !== 200) throw new Error(`The function was refused: ${JSON.stringify(stored.body)}`);
  return (parameters, as = client) => as.post(`${EXECUTION}/functions/${name}/invoke`, { parameters });
}
