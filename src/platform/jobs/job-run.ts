import { randomUUID } from 'node:crypto';
import { inSpan } from '../tracing/in-span.js';
import {
  DEFAULT_LONGEST_MS,
  type CurrentRun,
  type Job,
  type PastRun,
  type RunCause,
  type RunPlace,
  type RunResult,
} from './job.js';

/** Why a run is told to stop. */
export type StopReason = Extract<RunResult, 'stopped' | 'overrun' | 'lost'>;

/** What a run has come to. */
export interface RunEnd {
  past: PastRun;
  /** What it threw. */
  error?: unknown;
}

/** One run of a job. */
export class JobRun {
  readonly current: CurrentRun;
  private readonly controller = new AbortController();
  private reason?: StopReason;

  constructor(
    readonly job: Job,
    cause: RunCause,
    place: RunPlace,
  ) {
    this.current = { id: randomUUID(), cause, started: new Date(), ...place };
  }

  /** Tells the run to stop; the first reason counts. */
  stop(reason: StopReason): void {
    this.reason ??= reason;
    this.controller.abort();
  }

  /**
   * Does the work. Never rejects.
   *
   * @param server aborted when the server stops
   * @param onOverrun called when the run has taken too long, and was told to stop
   * @param codeOf what stands for an error that the work throws
   */
  async perform(
    server: AbortSignal,
    onOverrun: () => void,
    codeOf: (error: unknown) => string,
  ): Promise<RunEnd> {
    const stop = () => this.stop('stopped');
    server.addEventListener('abort', stop, { once: true });
    if (server.aborted) stop();
    const overrun = () => {
      this.stop('overrun');
      onOverrun();
    };
    const timer = setTimeout(overrun, this.job.longestMs ?? DEFAULT_LONGEST_MS).unref();
    try {
      await inSpan(`job ${this.job.name}`, {}, async () => this.job.run(this.controller.signal));
      return this.end('succeeded');
    } catch (error) {
      return { ...this.end('failed', codeOf(error)), error };
    } finally {
      clearTimeout(timer);
      server.removeEventListener('abort', stop);
    }
  }

  /** What was told to stop has not done its work, whether it says so or not. */
  private end(result: RunResult, error?: string): RunEnd {
    const failed = error === undefined ? {} : { error };
    return { past: { ...this.current, ended: new Date(), result: this.reason ?? result, ...failed } };
  }
}
