import { PROBE_MS, type ModuleDefinition, type ModuleReport } from './module-definition.js';

/** When a probe that never answers is given up and a new one begun, in milliseconds. */
const ABANDONED_MS = 5000;

/** What a probe found, and how long it took, in milliseconds. */
export interface ProbedReport extends ModuleReport {
  durationMs: number;
}

interface Run {
  answer: Promise<ProbedReport>;
  begun: number;
  ended?: number;
}

/**
 * Asks one module how it does, on behalf of everybody who wants to know at the same time. There is one question at a
 * time, however many ask and however long the answer takes: health checks must not be what breaks a module.
 */
export class SharedProbe {
  private run?: Run;

  constructor(private readonly module: ModuleDefinition) {}

  /** Never fails, and takes no longer than {@link PROBE_MS}. */
  async ask(): Promise<ProbedReport> {
    const run = this.current();
    const left = run.begun + PROBE_MS - performance.now();
    if (run.ended !== undefined) return run.answer;
    if (left <= 0) return tooLate(run);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ProbedReport>((resolve) => {
      timer = setTimeout(() => resolve(tooLate(run)), left);
    });
    try {
      return await Promise.race([run.answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private current(): Run {
    const now = performance.now();
    const { run } = this;
    if (run) {
      const holds =
        run.ended === undefined
          ? now - run.begun < ABANDONED_MS
          : now - run.ended < (this.module.freshMs ?? 0);
      if (holds) return run;
    }
    return (this.run = this.begin(now));
  }

  private begin(begun: number): Run {
    const signal = AbortSignal.timeout(PROBE_MS);
    const answer = (async () => this.module.probe?.(signal) ?? 'healthy')()
      .catch(() => 'unhealthy' as const)
      .then((found): ProbedReport => {
        run.ended = performance.now();
        const report = typeof found === 'string' ? { state: found } : found;
        return { ...report, durationMs: milliseconds(run.ended - begun) };
      });
    const run: Run = { answer, begun };
    return run;
  }
}

const tooLate = ({ begun }: Run): ProbedReport => ({
  state: 'unhealthy',
  durationMs: milliseconds(performance.now() - begun),
});

const milliseconds = (time: number): number => Math.round(time * 100) / 100;
