import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { GenerationTool, ToolContext } from './generation-tools.service.js';
import type { TraceEntry } from './tool-trace.js';

/** Longest answer of a tool that a model is told, in characters of JSON. */
const MAX_RESPONSE = 64 * 1024;

type Ran = Pick<TraceEntry, 'response' | 'error' | 'ms'>;

/** Runs a tool. Whatever comes of it is an answer for the model. */
export async function runTool(
  tool: GenerationTool,
  args: Record<string, unknown>,
  { caller, signal, timeoutMs }: ToolContext & { timeoutMs: number },
): Promise<{ entry: Ran; response: Record<string, unknown> }> {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  const end = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))]);
  try {
    const result = bounded(await unlessAborted(tool.run(args, { caller, signal: end }), end));
    return { entry: { response: result, ms: ms() }, response: asObject(result) };
  } catch (thrown) {
    if (signal.aborted) throw new CoglexError('client_gone');
    const error = thrown instanceof CoglexError ? thrown.detail : 'The function failed.';
    return { entry: { error, ms: ms() }, response: { error } };
  }
}

/** Does not wait for a tool that does not heed its signal. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new CoglexError('request_timeout', { detail: 'The function took too long.' }));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function bounded(result: unknown): unknown {
  const json = JSON.stringify(result) as string | undefined;
  if (json === undefined) return null;
  if (json.length > MAX_RESPONSE)
    throw new CoglexError('result_too_large', {
      detail: `The function answered with more than ${MAX_RESPONSE} characters.`,
    });
  return JSON.parse(json);
}

/** Providers want an object. */
function asObject(result: unknown): Record<string, unknown> {
  return typeof result === 'object' && result !== null && !Array.isArray(result)
    ? (result as Record<string, unknown>)
    : { result };
}
