import { parentPort, workerData } from 'node:worker_threads';
import { EngineService } from './engine.js';
import type { Logger } from './logger.js';
import { describeError, type ThreadData, type ThreadMessage, type ThreadRequest } from './messages.js';

// The engine's thread: keeps a heavy query from blocking the thread that serves HTTP.

function tell(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

const write =
  (level: 'info' | 'warn' | 'error') =>
  (context: object, message: string): void =>
    tell({ type: 'log', level, context: transferable(context), message });

const logger: Logger = { info: write('info'), warn: write('warn'), error: write('error') };

/** Errors lose their class between threads, and other things cannot be sent at all. */
function transferable(context: object): object {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]: [string, unknown]) => [
      key,
      value instanceof Error ? describeError(value) : String(value),
    ]),
  );
}

async function serve(service: EngineService, request: ThreadRequest): Promise<void> {
  if (request.type === 'close') {
    await service.close();
    parentPort?.close();
    return;
  }
  try {
    await service.backup(request.to);
    tell({ type: 'done', id: request.id });
  } catch (error) {
    tell({ type: 'done', id: request.id, error: describeError(error) });
  }
}

try {
  const service = await EngineService.start(workerData as ThreadData, logger);
  parentPort?.on('message', (request: ThreadRequest) => void serve(service, request));
  tell({ type: 'ready', uri: service.uri });
} catch (error) {
  tell({ type: 'failed', error: describeError(error) });
}
