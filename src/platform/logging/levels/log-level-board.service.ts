import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../config/config.js';
import { Database } from '../../database/database.service.js';
import { expiresAt, Indexes } from '../../database/indexes.service.js';
import { CoglexError } from '../../errors/coglex-error.js';
import { Jobs } from '../../jobs/jobs.service.js';
import { PubSub } from '../../redis/pub-sub.service.js';
import { LogLevels, type LogLevelName } from './log-levels.js';
import { LogModules, type LogModule } from './log-modules.service.js';

/** A level that somebody has set, for a while. */
export interface StoredLevel {
  /** Module or context; {@link EVERYTHING} for all that have none of their own. */
  _id: string;
  level: LogLevelName;
  until: Date;
}

/** All levels. */
export interface LevelState {
  default: string;
  levels: StoredLevel[];
  modules: LogModule[];
}

/** Stands for whatever has no level of its own. */
export const EVERYTHING = '*';

const CHANNEL = 'log-levels';

/** How soon instances that share no Redis hear of a change, and levels end, in milliseconds. */
const LOOK_MS = 5000;

/** Most levels at a time. */
const MAX_LEVELS = 100;

/**
 * Levels of the log by module, which operators change while the server runs. They hold on every instance, also after a
 * restart, and end by themselves, so that nothing stays loud for ever.
 */
@Injectable()
export class LogLevelBoard implements OnModuleInit, OnApplicationBootstrap {
  private stored: StoredLevel[] = [];

  constructor(
    private readonly levels: LogLevels,
    private readonly modules: LogModules,
    private readonly database: Database,
    private readonly indexes: Indexes,
    private readonly pubSub: PubSub,
    private readonly jobs: Jobs,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(LogLevelBoard.name);
  }

  onModuleInit(): void {
    // The library logs by a child of its own, which does not follow the root logger.
    this.levels.attach(PinoLogger.root);
    this.pubSub.subscribe(CHANNEL, () => void this.look().catch(() => undefined));
    this.jobs.register({ name: 'log-levels', everyMs: LOOK_MS, exclusive: false, run: () => this.look() });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.look().catch(() => undefined);
  }

  /** @throws CoglexError `database_unavailable` */
  async state(): Promise<LevelState> {
    await this.look();
    return { default: this.levels.default, levels: this.valid(), modules: this.modules.list() };
  }

  /**
   * Gives a module a level for a while, or, with `null`, that of the settings again.
   *
   * @returns what it was before
   * @throws CoglexError `not_found` with the names of all modules
   */
  async set(module: string, level: LogLevelName | null, seconds: number): Promise<StoredLevel | undefined> {
    if (module !== EVERYTHING && !this.modules.contextsOf(module)) throw this.unknown(module);
    const levels = await this.collection();
    const options = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    if (level !== null && (await levels.countDocuments({ _id: { $ne: module } }, options)) >= MAX_LEVELS)
      throw new CoglexError('unprocessable', {
        detail: `At most ${MAX_LEVELS} modules have a level of their own.`,
      });
    const until = new Date(Date.now() + seconds * 1000);
    const before =
      level === null
        ? await levels.findOneAndDelete({ _id: module }, options)
        : await levels.findOneAndUpdate(
            { _id: module },
            { $set: { level, until } },
            { ...options, upsert: true },
          );
    await this.look();
    await this.pubSub.publish(CHANNEL, '');
    this.logger.info(
      { module, level, until: level === null ? undefined : until },
      'A level of the log was changed',
    );
    return before ?? undefined;
  }

  private async look(): Promise<void> {
    try {
      const options = {
        maxTimeMS: this.config.MONGODB_MAX_TIME_MS,
        limit: 2 * MAX_LEVELS,
        sort: { _id: 1 } as const,
      };
      this.stored = await (await this.collection()).find({}, options).toArray();
    } finally {
      // What is known ends at its time, also while the database is away.
      this.apply();
    }
  }

  private apply(): void {
    const valid = this.valid();
    const byContext = new Map<string, LogLevelName>();
    const expanded = valid.map(({ _id, level }) => ({
      _id,
      level,
      contexts: this.modules.contextsOf(_id) ?? [],
    }));
    for (const { level, contexts } of expanded) for (const context of contexts) byContext.set(context, level);
    // One context wins over its module.
    for (const { _id, level, contexts } of expanded)
      if (contexts.length === 1 && contexts[0] === _id) byContext.set(_id, level);
    this.levels.set(byContext, valid.find(({ _id }) => _id === EVERYTHING)?.level);
  }

  private valid(): StoredLevel[] {
    return this.stored.filter(({ until }) => until.getTime() > Date.now());
  }

  private unknown(module: string): CoglexError {
    const names = this.modules.list().map(({ name }) => name);
    return new CoglexError('not_found', {
      detail: `There is no module ${JSON.stringify(module.slice(0, 100))}. There are: ${names.join(', ')}, and ${EVERYTHING} for all.`,
    });
  }

  private collection(): Promise<mongo.Collection<StoredLevel>> {
    return this.indexes.ensure(this.database.system<StoredLevel>('_LOG_LEVELS'), [expiresAt('until')]);
  }
}
