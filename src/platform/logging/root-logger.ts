import { accessSync, constants, mkdirSync } from 'node:fs';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { ConfigError } from '../config/config-error.js';
import type { Config } from '../config/config.js';
import { currentTraceId } from '../tracing/tracing-state.js';
import { LogFile } from './log-file.js';
import { LogLevels } from './levels/log-levels.js';
import { redactSecrets } from './redact-secrets.js';
import { currentRequestId } from './request-scope.js';
import { serializeError } from './serialize-error.js';

/** What belongs to a root logger. */
export interface LoggerParts {
  levels: LogLevels;
  /** Where lines go beside the standard output. */
  file?: LogFile;
}

type LogConfig = Pick<Config, 'LOG_LEVEL' | 'NODE_ENV'> & Partial<Pick<Config, 'LOG_DIR' | 'LOG_MAX_SIZE'>>;

const parts = new WeakMap<Logger, LoggerParts>();

/**
 * pino for the whole process: pretty in development, one JSON line an event elsewhere; with `LOG_DIR` also into files.
 *
 * @param destination where JSON lines go; the standard output, and files, by default
 * @throws ConfigError when `LOG_DIR` cannot be used
 */
export function createRootLogger(config: LogConfig, destination?: DestinationStream): Logger {
  const levels = new LogLevels();
  const file = destination ? undefined : logFileOf(config);
  const options: LoggerOptions = {
    level: config.LOG_LEVEL,
    formatters: { log: redactSecrets },
    mixin: ofRequest,
    hooks: { logMethod: levels.hook() },
    serializers: { err: serializeError },
  };
  const logger = destination ? pino(options, destination) : toOutput(options, config, file);
  levels.attach(logger);
  parts.set(logger, { levels, file });
  return logger;
}

/** What belongs to a logger that was made here. */
export function partsOf(logger: Logger): LoggerParts {
  return parts.get(logger) ?? { levels: new LogLevels() };
}

function toOutput(options: LoggerOptions, { NODE_ENV }: LogConfig, file: LogFile | undefined): Logger {
  // Each stream takes what the logger lets through: levels change at run time.
  const tee = (stream: DestinationStream) =>
    pino(
      options,
      file ? pino.multistream([stream, file].map((one) => ({ stream: one, level: 'trace' }))) : stream,
    );
  // A write for every line would cost each request a system call; lines wait for each other, a quarter of a second at most.
  if (NODE_ENV !== 'development')
    return tee(pino.destination({ sync: false, minLength: 4096, periodicFlush: 250 }));
  const pretty = { target: 'pino-pretty', options: { singleLine: true, ignore: 'pid,hostname' } };
  return tee(pino.transport(pretty));
}

function logFileOf({
  LOG_DIR: directory,
  LOG_MAX_SIZE: maxBytes = Infinity,
}: LogConfig): LogFile | undefined {
  if (directory === undefined) return undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o750 });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new ConfigError([`LOG_DIR must be a directory that can be written to (${code})`]);
  }
  return new LogFile({ directory, kind: 'coglex', maxBytes, mode: 0o640 });
}

/** Whatever is logged for a request carries its id, and that of its trace. */
function ofRequest(): { requestId?: string; traceId?: string } {
  const requestId = currentRequestId();
  const traceId = currentTraceId();
  return { ...(requestId === undefined ? {} : { requestId }), ...(traceId === undefined ? {} : { traceId }) };
}
