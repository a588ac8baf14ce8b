import { RUN_ERROR_CODES, type FromWorker, type RunError, type RunErrorCode } from '../worker/protocol.js';

type Fields = Record<string, unknown>;

/**
 * Reads what a worker says. Code that broke out of its interpreter could say anything, so nothing is believed.
 *
 * @returns `undefined` for what no worker says
 */
export function readMessage(line: string): FromWorker | undefined {
  let fields: Fields;
  try {
    fields = JSON.parse(line) as Fields;
  } catch {
    return undefined;
  }
  if (typeof fields !== 'object' || fields === null) return undefined;
  switch (fields.kind) {
    case 'ready':
      return { kind: 'ready' };
    case 'output': {
      const { stream, text } = fields;
      if (typeof text !== 'string') return undefined;
      return { kind: 'output', stream: stream === 'stderr' ? 'stderr' : 'stdout', text };
    }
    case 'call': {
      const { call, name, args } = fields;
      if (typeof call !== 'number' || typeof name !== 'string' || typeof args !== 'string') return undefined;
      return { kind: 'call', call, name, args };
    }
    case 'done': {
      const { result, error } = fields;
      const done = { kind: 'done', cpu: number(fields.cpu), memory: number(fields.memory) } as const;
      if (typeof result === 'string') return { ...done, result };
      return typeof error === 'object' && error !== null
        ? { ...done, error: errorOf(error as Fields) }
        : undefined;
    }
    default:
      return undefined;
  }
}

const number = (value: unknown) => (typeof value === 'number' && value >= 0 && value < 1e9 ? value : 0);

function errorOf({ code, type, message, line }: Fields): RunError {
  return {
    code: RUN_ERROR_CODES.includes(code as RunErrorCode) ? (code as RunErrorCode) : 'exception',
    type: typeof type === 'string' ? type.slice(0, 200) : 'Error',
    message: typeof message === 'string' ? message.slice(0, 10_000) : '',
    line: Number.isSafeInteger(line) ? (line as number) : null,
  };
}
