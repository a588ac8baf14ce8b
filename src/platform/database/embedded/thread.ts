import { Worker } from 'node:worker_threads';
import { silentLogger, type Logger } from './logger.js';
import type { ThreadError, ThreadMessage, ThreadRequest } from './messages.js';
import type { Engine, ServiceOptions } from './options.js';
import { parseEndpoint } from './protocol/endpoint.js';
import { DirectoryInUseError } from './storage/directory-lock.js';

/** A thread that dies sooner than this after its start is not started again. */
const STABLE_AFTER = 10_000;

/**
 * V8's space for new objects, in MB. By default a thread takes up to 48 MB and gives nothing back; its answers are no
 * faster for that, and pages of the data file make better use of the memory.
 */
const YOUNG_GENERATION = 6;

/**
 * The engine in a thread of its own. When the thread dies, for example because it has run out of memory, another one
 * takes its place at the same address, and drivers connect again; what was acknowledged is there. When that one
 * does not last, the engine stays down and says so.
 */
export class EngineThread implements Engine {
  private readonly pending = new Map<number, (error?: ThreadError) => void>();
  private requests = 0;
  private isClosing = false;
  private exited: Promise<void>;

  private constructor(
    private readonly options: ServiceOptions,
    private readonly logger: Logger,
    private worker: Worker,
    readonly uri: string,
  ) {
    this.exited = this.watch(worker);
  }

  static async start(options: ServiceOptions, logger: Logger = silentLogger): Promise<EngineThread> {
    const { worker, uri } = await launch(options, logger);
    return new EngineThread(options, logger, worker, uri);
  }

  backup(to: string): Promise<void> {
    const id = ++this.requests;
    return new Promise((resolve, reject) => {
      this.pending.set(id, (error) => (error ? reject(revive(error)) : resolve()));
      this.send({ type: 'backup', id, to });
    });
  }

  async close(): Promise<void> {
    if (!this.isClosing) {
      this.isClosing = true;
      this.send({ type: 'close' });
    }
    await this.exited;
  }

  private send(request: ThreadRequest): void {
    this.worker.postMessage(request);
  }

  /** @returns what resolves when no thread is left */
  private watch(worker: Worker): Promise<void> {
    const started = Date.now();
    worker.on('message', (message: ThreadMessage) => {
      if (message.type !== 'done') return;
      this.pending.get(message.id)?.(message.error);
      this.pending.delete(message.id);
    });
    return new Promise((resolve) => {
      worker.on('error', (error) => this.logger.error({ err: error }, 'The database engine has crashed'));
      worker.on('exit', (code) => {
        for (const settle of this.pending.values())
          settle({ name: 'Error', message: 'The database engine has stopped' });
        this.pending.clear();
        if (this.isClosing) resolve();
        else void this.restart(code, Date.now() - started).then(resolve);
      });
    });
  }

  private async restart(code: number, lifetime: number): Promise<void> {
    if (lifetime < STABLE_AFTER) {
      this.logger.error({ code }, 'The database engine has crashed right after its start and stays down');
      return;
    }
    this.logger.error({ code }, 'The database engine has stopped unexpectedly and is started again');
    try {
      const { worker } = await launch({ ...this.options, ...parseEndpoint(this.uri) }, this.logger);
      this.worker = worker;
      this.exited = this.watch(worker);
      if (this.isClosing) this.send({ type: 'close' });
      await this.exited;
    } catch (error) {
      this.logger.error({ err: error }, 'The database engine could not be started again');
    }
  }
}

async function launch(options: ServiceOptions, logger: Logger): Promise<{ worker: Worker; uri: string }> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
  });
  worker.on('message', (message: ThreadMessage) => {
    if (message.type === 'log') logger[message.level](message.context, message.message);
  });
  const uri = await new Promise<string>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('The database engine has stopped while it was starting')));
    worker.on('message', (message: ThreadMessage) => {
      if (message.type === 'ready') resolve(message.uri);
      if (message.type === 'failed') reject(revive(message.error));
    });
  });
  worker.removeAllListeners('error');
  worker.removeAllListeners('exit');
  return { worker, uri };
}

function revive({ name, message, stack }: ThreadError): Error {
  const error = name === 'DirectoryInUseError' ? new DirectoryInUseError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
