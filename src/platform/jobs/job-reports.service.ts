import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { databaseError } from '../database/database-errors.js';
import { CoglexError } from '../errors/coglex-error.js';
import { isFailure, type PastRun } from './job.js';
import { JobMetrics } from './job-metrics.service.js';
import type { JobRun, RunEnd } from './job-run.js';

/** Tells operators how runs end: by figures each time, and in the log when something has changed. */
@Injectable()
export class JobReports {
  /** How jobs fail at present, by their names. */
  private readonly failing = new Map<string, string>();
  private away = false;

  constructor(
    private readonly metrics: JobMetrics,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(JobReports.name);
  }

  ended({ past, error }: RunEnd, job: string): void {
    this.metrics.ended(job, past);
    if (past.result === 'stopped') return;
    if (!isFailure(past.result)) {
      if (this.failing.delete(job)) this.logger.info({ job }, 'A job works again');
      return;
    }
    const state = `${past.result} ${past.error ?? ''}`;
    const isNew = this.failing.get(job) !== state;
    this.failing.set(job, state);
    this.logger[isNew ? 'warn' : 'debug'](
      { err: error, job, result: past.result, run: past.id },
      'A job failed; it is tried again, and nothing more is said until that changes',
    );
  }

  overrun({ job, current: { id, started } }: JobRun): void {
    this.logger.error({ job: job.name, run: id, started }, 'A job takes too long and was told to stop');
  }

  /** @param before a run that holds no lease any more and has never ended */
  lost(job: string, { id, instance, host, started }: Omit<PastRun, 'ended' | 'result'>): void {
    this.metrics.lost(job);
    this.logger.warn(
      { job, run: id, instance, host, started },
      'A run of a job has never ended: its instance died, or lost the database',
    );
  }

  /** The last success, wherever it was. */
  succeeded(job: string, at: Date | undefined): void {
    if (at) this.metrics.succeeded(job, at);
  }

  /** That jobs cannot be looked at is told once, and once that they can again. */
  database(error?: unknown): void {
    const away = error !== undefined;
    if (away && !this.away)
      this.logger.warn({ err: error }, 'Jobs wait: the database cannot be asked who runs them');
    if (!away && this.away) this.logger.info('Jobs go on: the database answers again');
    this.away = away;
  }

  /** What may be shown of an error. */
  readonly codeOf = (error: unknown): string => {
    const known = error instanceof CoglexError ? error : databaseError(error);
    return known?.code ?? 'internal_error';
  };
}
