import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import { Jobs } from '../jobs/jobs.service.js';
import { Metrics } from '../metrics/metrics.service.js';
import { LogFile } from './log-file.js';
import { sweepLogs } from './log-sweeper.js';

const HOUR_MS = 3_600_000;

/** Name of the job. */
export const LOG_RETENTION_JOB = 'log-retention';

/** The file of the root logger, if there is one. */
export const ROOT_LOG_FILE = Symbol('root log file');

/** The files in `LOG_DIR`: counts lines that they lost, removes old ones, and writes the last lines before the end. */
@Injectable()
export class LogFiles implements OnModuleInit, OnApplicationShutdown {
  private readonly files = new Map<string, LogFile>();

  constructor(
    private readonly config: Config,
    private readonly jobs: Jobs,
    metrics: Metrics,
    private readonly logger: PinoLogger,
    @Inject(ROOT_LOG_FILE) root: LogFile | null,
  ) {
    logger.setContext(LogFiles.name);
    if (root) this.add('coglex', root);
    const { files } = this;
    metrics.gauge({
      name: 'coglex_log_lines_lost',
      help: 'Lines of the log that LOG_DIR did not take, since the start',
      labelNames: ['log'],
      collect() {
        for (const [log, { lost }] of files) this.set({ log }, lost);
      },
    });
  }

  add(log: string, file: LogFile): void {
    this.files.set(log, file);
  }

  onModuleInit(): void {
    const { LOG_DIR: directory, LOG_MAX_DAYS: days } = this.config;
    if (directory === undefined) return;
    this.jobs.register({
      name: LOG_RETENTION_JOB,
      everyMs: HOUR_MS,
      // Directories belong to machines.
      exclusive: false,
      run: async () => {
        const removed = await sweepLogs(directory, days);
        if (removed > 0) this.logger.info({ removed }, 'Old files of the log were removed');
      },
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.files.values()].map((file) => file.flush()));
  }
}
