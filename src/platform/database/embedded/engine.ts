import type { EngineParts } from './commands/context.js';
import { Dispatcher } from './commands/dispatcher.js';
import { Cursors } from './cursors/cursors.js';
import { Operations } from './cursors/operation.js';
import { silentLogger, type Logger } from './logger.js';
import type { Engine, ServiceOptions } from './options.js';
import { DEFAULT_MEMORY_PER_QUERY } from './planner/memory-budget.js';
import { ProtocolServer } from './protocol/server.js';
import { backupEnvironment } from './storage/backup.js';
import { Catalog } from './storage/catalog.js';
import { Environment } from './storage/environment.js';
import { IndexBuilder } from './storage/index-builder.js';
import { Reaper } from './storage/reaper.js';
import { Reclaimer } from './storage/reclaimer.js';

const REAP_INTERVAL = 60_000;
const CURSOR_CHECK_INTERVAL = 60_000;

/** The engine in this thread: storage, commands, and the server in front of them. */
export class EngineService implements Engine {
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly stopped = new AbortController();
  private reaping?: Promise<void>;

  private constructor(
    readonly uri: string,
    private readonly environment: Environment,
    private readonly parts: EngineParts,
    private readonly server: ProtocolServer,
  ) {}

  static async start(options: ServiceOptions, logger: Logger = silentLogger): Promise<EngineService> {
    const environment = await Environment.open(options.directory, logger);
    try {
      const parts = assemble(environment, options, logger);
      const dispatcher = new Dispatcher(parts);
      const server = new ProtocolServer((request) => dispatcher.dispatch(request), logger);
      parts.counters.connections = () => ({
        current: server.connectionCount,
        total: server.totalConnections,
      });
      const uri = await server.listen(options, options.directory);
      const service = new EngineService(uri, environment, parts, server);
      service.startBackground(options.reapInterval ?? REAP_INTERVAL);
      return service;
    } catch (error) {
      await environment.close();
      throw error;
    }
  }

  async backup(to: string): Promise<void> {
    await backupEnvironment(this.environment, to);
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.stopped.abort();
    // Closing the connections stops the commands that run for them.
    await this.server.close();
    await this.reaping;
    await this.parts.operations.idle();
    this.parts.cursors.closeAll();
    await this.parts.reclaimer.stop();
    await this.environment.close();
  }

  private startBackground(reapInterval: number): void {
    const { cursors, reclaimer } = this.parts;
    reclaimer.wake();
    this.timers.push(
      setInterval(() => cursors.expire(), CURSOR_CHECK_INTERVAL).unref(),
      setInterval(() => this.reap(), reapInterval).unref(),
    );
  }

  private reap(): void {
    if (this.reaping) return;
    const { operations, catalog, logger } = this.parts;
    const operation = operations.start(
      { database: 'admin', command: 'ttl', namespace: '', client: 'ttl' },
      this.stopped.signal,
    );
    this.reaping = new Reaper(catalog)
      .reap(operation)
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!this.stopped.signal.aborted)
          logger.error({ err: error }, 'Expired documents could not be deleted');
      })
      .finally(() => {
        operations.finish(operation);
        this.reaping = undefined;
      });
  }
}

function assemble(environment: Environment, options: ServiceOptions, logger: Logger): EngineParts {
  const catalog = Catalog.load(environment);
  const reclaimer = new Reclaimer(catalog, logger);
  return {
    catalog,
    reclaimer,
    builder: new IndexBuilder(catalog, reclaimer),
    cursors: new Cursors(),
    operations: new Operations(),
    logger,
    maxMemoryPerQuery: options.maxMemoryPerQuery ?? DEFAULT_MEMORY_PER_QUERY,
    started: new Date(),
    counters: {
      commands: { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 },
      connections: () => ({ current: 0, total: 0 }),
      latencies: {
        reads: { operations: 0, milliseconds: 0 },
        writes: { operations: 0, milliseconds: 0 },
        commands: { operations: 0, milliseconds: 0 },
      },
    },
  };
}
