import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { ModuleRegistry } from '../../../platform/modules/module-registry.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { inSpan } from '../../../platform/tracing/in-span.js';
import type { Language } from '../worker/protocol.js';
import { knownLayers } from './layers.js';
import type { RunOutcome } from './limits.js';
import { SandboxMetrics } from './sandbox-metrics.service.js';
import { Slots } from './slots.js';
import { readableFiles } from './worker-files.js';
import { WorkerPool } from './worker-pool.service.js';
import type { RunContext, WorkerProcess } from './worker-process.js';

const RUNTIMES = ['python', 'javascript'] as const;

/** Code to run, with its limits. */
export interface Program {
  code: string;
  language: Language;
  parameters: Record<string, unknown>;
  /** In milliseconds. */
  timeout: number;
  /** In MiB. */
  memory: number;
}

/** Runs code that nobody has to trust: in an interpreter in WebAssembly, in a process that may do nothing. */
@Injectable()
export class Sandbox {
  private readonly slots: Slots;

  constructor(
    private readonly config: Config,
    private readonly pool: WorkerPool,
    private readonly context: ProjectContext,
    private readonly metrics: SandboxMetrics,
    private readonly logger: PinoLogger,
    modules: ModuleRegistry,
  ) {
    logger.setContext(Sandbox.name);
    this.slots = new Slots(config.EXECUTION_MAX_RUNS, config.EXECUTION_MAX_WAITING);
    for (const runtime of RUNTIMES)
      modules.register({
        key: `${runtime}_sandbox`,
        title: `Sandbox for ${runtime === 'python' ? 'Python' : 'JavaScript'}`,
        probe: () => Promise.resolve(pool.isFailing(runtime) ? 'unhealthy' : 'healthy'),
      });
    modules.register({
      key: 'execution',
      title: 'Code',
      needs: ['database'],
      uses: ['jobs', ...RUNTIMES.map((runtime) => `${runtime}_sandbox`)],
      probe: async () => {
        const sandbox = await knownLayers(readableFiles('python'));
        return { state: 'healthy', details: { sandbox } };
      },
    });
  }

  /** Runs that could begin now. */
  get free(): number {
    return this.slots.free;
  }

  /**
   * Exceptions and limits of the code are outcomes.
   *
   * @param nested whether another run waits for this one, and lends it its place
   * @throws CoglexError `too_many_requests`, or `service_unavailable` when no sandbox can be started
   */
  run(program: Program, context: RunContext, nested = false): Promise<RunOutcome> {
    // What the code asks for arrives on a pipe, which knows nothing of the project that the run belongs to.
    const within = AsyncLocalStorage.snapshot();
    const bound: RunContext = { ...context, call: (message) => within(() => context.call(message)) };
    return nested ? this.runNow(program, bound) : this.slots.use(() => this.runNow(program, bound));
  }

  private runNow(program: Program, context: RunContext): Promise<RunOutcome> {
    const attributes = { 'coglex.language': program.language };
    return inSpan('sandbox run', { attributes }, () => this.runTraced(program, context));
  }

  private async runTraced(program: Program, context: RunContext): Promise<RunOutcome> {
    const worker = await this.worker(program.language);
    try {
      const outcome = await worker.run(
        {
          kind: 'run',
          ...program,
          parameters: JSON.stringify(program.parameters),
          output: this.config.EXECUTION_MAX_OUTPUT,
          calls: this.config.EXECUTION_MAX_CALLS,
        },
        context,
      );
      this.metrics.ended(program.language, outcome);
      return outcome;
    } finally {
      this.pool.giveBack(worker);
    }
  }

  private async worker(language: Language): Promise<WorkerProcess> {
    try {
      return await this.pool.take(language === 'python' ? 'python' : 'javascript', this.context.project);
    } catch (cause) {
      this.metrics.unavailable(language);
      this.logger.error({ err: cause, language }, 'A sandbox could not be started');
      throw new CoglexError('service_unavailable', { detail: 'The sandbox could not be started.', cause });
    }
  }
}
