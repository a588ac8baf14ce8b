import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { findLayers } from './layers.js';
import { PythonSnapshot } from './python-snapshot.service.js';
import { readableFiles, workerCommand, type Runtime } from './worker-files.js';
import { WorkerProcess } from './worker-process.js';

/** Runs after which a worker is replaced, whatever it looks like. */
const MOST_RUNS = 1000;

/** Room in MiB that an interpreter needs beside the code's memory. */
const INTERPRETER_MEMORY = 64;

const SWEEP_MS = 1000;

/**
 * Workers that are kept warm for the next run of the same project. No process is started before there is code to
 * run, and none is kept for longer than it is used.
 */
@Injectable()
export class WorkerPool implements OnApplicationShutdown {
  private readonly idle: WorkerProcess[] = [];
  private readonly living = new Set<WorkerProcess>();
  private readonly failing = new Set<Runtime>();
  private sweeper?: NodeJS.Timeout;
  private closed = false;

  constructor(
    private readonly config: Config,
    private readonly snapshot: PythonSnapshot,
  ) {}

  /** Processes that live now. */
  get size(): number {
    return [...this.living].filter((worker) => worker.isAlive).length;
  }

  /** Processes that run code, and processes that wait for some. */
  get counts(): { busy: number; warm: number } {
    const warm = this.idle.filter((worker) => worker.isAlive).length;
    return { busy: Math.max(0, this.size - warm), warm };
  }

  get pids(): number[] {
    return [...this.living].flatMap(({ pid }) => pid ?? []);
  }

  /** A worker that is ready, and nobody else's until it is given back. @throws Error when none can be started */
  async take(runtime: Runtime, tenant: string): Promise<WorkerProcess> {
    for (let kept = this.kept(runtime, tenant); kept; kept = this.kept(runtime, tenant))
      if (await isReady(kept)) return kept;
    await this.makeRoom();
    try {
      const worker = await this.start(runtime);
      worker.tenant = tenant;
      await worker.ready();
      this.failing.delete(runtime);
      return worker;
    } catch (error) {
      this.failing.add(runtime);
      throw error;
    }
  }

  /** Whether the last attempt to start a worker failed. The next that succeeds ends that. */
  isFailing(runtime: Runtime): boolean {
    return this.failing.has(runtime);
  }

  giveBack(worker: WorkerProcess): void {
    if (this.closed || !worker.isAlive || worker.runs >= MOST_RUNS) {
      this.living.delete(worker);
      void worker.kill();
      return;
    }
    this.idle.push(worker);
    this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweeper);
    await Promise.all([...this.living].map((worker) => worker.kill()));
  }

  /** The one that has rested longest: it has surely put its interpreter back. */
  private kept(runtime: Runtime, tenant: string): WorkerProcess | undefined {
    const at = this.idle.findIndex((worker) => worker.runtime === runtime && worker.tenant === tenant);
    return at === -1 ? undefined : this.idle.splice(at, 1)[0];
  }

  private async start(runtime: Runtime): Promise<WorkerProcess> {
    const descriptor = runtime === 'python' ? await this.snapshot.descriptor() : undefined;
    const { command } = await findLayers(readableFiles(runtime));
    if (this.closed) throw new Error('The server is shutting down');
    const own = workerCommand(runtime, this.config.EXECUTION_MAX_MEMORY + INTERPRETER_MEMORY);
    const worker = new WorkerProcess(runtime, [...command, ...own], descriptor);
    this.living.add(worker);
    void worker.exited.then(() => this.forget(worker));
    return worker;
  }

  private forget(worker: WorkerProcess): void {
    this.living.delete(worker);
    const at = this.idle.indexOf(worker);
    if (at !== -1) this.idle.splice(at, 1);
  }

  /** As many may rest as may run; the ones that nobody has used for longest go first. */
  private async makeRoom(): Promise<void> {
    while (this.idle.length >= this.config.EXECUTION_MAX_RUNS) await this.idle.shift()?.kill();
  }

  private sweep(): void {
    const before = performance.now() - this.config.EXECUTION_IDLE * 1000;
    for (const worker of this.idle.filter(({ usedAt }) => usedAt < before)) {
      this.forget(worker);
      void worker.kill();
    }
    if (this.idle.length > 0) return;
    clearInterval(this.sweeper);
    this.sweeper = undefined;
  }
}

const isReady = (worker: WorkerProcess) =>
  worker.ready().then(
    () => true,
    () => false,
  );
