import { pino, type Logger, type LoggerOptions } from 'pino';

/** Levels that may be set, the quietest last. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

const numberOf = (level: string): number => pino.levels.values[level] ?? Infinity;

/**
 * Levels by the context of a line (`PinoLogger.setContext`), which change at run time. Without any, a line costs one
 * look at a flag. With some, the root logger is as loud as the loudest of them, and the lines of all others are
 * measured by their own.
 */
export class LogLevels {
  private byContext = new Map<string, number>();
  private isSet = false;
  private rest = 0;
  /** The root logger, and those derived from it, which do not follow it. */
  private readonly loggers: Logger[] = [];
  private usual?: string;

  /** For `hooks.logMethod` of the root logger. */
  hook(): NonNullable<NonNullable<LoggerOptions['hooks']>['logMethod']> {
    const passes = (first: unknown, level: number) => !this.isSet || level >= this.thresholdOf(first);
    return function (args, method, level) {
      if (passes(args[0], level)) method.apply(this, args);
    };
  }

  /** Takes over a logger that has the hook; the first one says what is usual. */
  attach(logger: Logger): void {
    this.usual ??= logger.level;
    this.loggers.push(logger);
  }

  /** The level of whatever has none of its own, as the settings say. */
  get default(): string {
    return this.usual ?? 'info';
  }

  /**
   * Puts other levels in the place of those that were set.
   *
   * @param rest level of all other contexts; that of the settings by default
   */
  set(levels: ReadonlyMap<string, LogLevelName>, rest: string = this.default): void {
    this.rest = numberOf(rest);
    this.byContext = new Map([...levels].map(([context, level]) => [context, numberOf(level)]));
    const all = [rest, ...levels.values()];
    const loudest = all.reduce((one, other) => (numberOf(other) < numberOf(one) ? other : one));
    this.isSet = levels.size > 0;
    for (const logger of this.loggers) logger.level = loudest;
  }

  private thresholdOf(first: unknown): number {
    const context = (first as { context?: unknown } | null | undefined)?.context;
    return (typeof context === 'string' ? this.byContext.get(context) : undefined) ?? this.rest;
  }
}
