import { Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { Metrics } from '../../../platform/metrics/metrics.service.js';
import type { Language } from '../worker/protocol.js';
import type { RunOutcome } from './limits.js';
import { residentMemory } from './resident-memory.js';
import { WorkerPool } from './worker-pool.service.js';

/** Seconds: from a warm interpreter's answer to the longest run. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const MIB = 1024 ** 2;

/** Shows runs and the processes in which they run. */
@Injectable()
export class SandboxMetrics {
  private readonly runs: Counter<'language' | 'result'>;
  private readonly durations: Histogram<'language'>;

  constructor(pool: WorkerPool, metrics: Metrics) {
    this.runs = metrics.counter({
      name: 'coglex_execution_runs_total',
      help: 'Runs by how they ended: ok, exception, timeout, memory_exceeded, output_exceeded, or unavailable',
      labelNames: ['language', 'result'],
    });
    this.durations = metrics.histogram({
      name: 'coglex_execution_run_duration_seconds',
      help: 'Time from the start of the code to its end',
      labelNames: ['language'],
      buckets: BUCKETS,
    });
    metrics.gauge({
      name: 'coglex_execution_workers',
      help: 'Processes of the sandbox: busy with a run, or warm for the next',
      labelNames: ['state'],
      collect() {
        const { busy, warm } = pool.counts;
        this.set({ state: 'busy' }, busy);
        this.set({ state: 'warm' }, warm);
      },
    });
    metrics.gauge({
      name: 'coglex_execution_memory_bytes',
      help: 'Memory that the processes of the sandbox have',
      collect() {
        this.set(pool.pids.reduce((sum, pid) => sum + residentMemory(pid) * MIB, 0));
      },
    });
  }

  ended(language: Language, { error, durationMs }: RunOutcome): void {
    this.runs.inc({ language, result: error?.code ?? 'ok' });
    this.durations.observe({ language }, durationMs / 1000);
  }

  /** There was no sandbox to run in. */
  unavailable(language: Language): void {
    this.runs.inc({ language, result: 'unavailable' });
  }
}
