import { Injectable } from '@nestjs/common';
import { CronExpressionParser } from 'cron-parser';
import type { mongo } from 'mongoose';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { ProjectBelongings } from '../../../platform/tenancy/project-belongings.service.js';

const SCHEDULES = '_SCHEDULES';

/** When a function is due, in the system's `_SCHEDULES`. */
export interface StoredSchedule {
  /** `project/function`. */
  _id: string;
  project: string;
  function: string;
  crons: string[];
  /** The next slot of any of them. */
  next: Date;
}

/** Times at which functions run by themselves, in UTC. */
@Injectable()
export class Schedules {
  private indexed = false;

  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly logger: PinoLogger,
    belongings: ProjectBelongings,
  ) {
    belongings.add(SCHEDULES);
    logger.setContext(Schedules.name);
  }

  /** Sets the times of a function of the current project; none takes it off. */
  async set(name: string, schedules: { cron: string }[]): Promise<void> {
    const { project } = this.context;
    const _id = `${project}/${name}`;
    if (schedules.length === 0) {
      await this.schedules().deleteOne({ _id }, this.time);
      return;
    }
    this.ensureIndex();
    const crons = schedules.map(({ cron }) => cron);
    const $set = { project, function: name, crons, next: nextSlot(crons, new Date()) };
    await this.schedules().updateOne({ _id }, { $set }, { upsert: true, ...this.time });
  }

  /** Those that are due, of all projects. */
  async due(now: Date): Promise<StoredSchedule[]> {
    return this.schedules()
      .find({ next: { $lte: now } }, { sort: { next: 1 }, limit: 100, ...this.time })
      .toArray();
  }

  /** Those of all projects, by their ids. @param after id of the last one that is known already */
  async list(limit: number, after = ''): Promise<StoredSchedule[]> {
    return this.schedules()
      .find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit, ...this.time })
      .toArray();
  }

  /** Moves on to the first slot that is still to come; what was missed meanwhile is missed. */
  async advance({ _id, crons, next }: StoredSchedule, now: Date): Promise<void> {
    await this.schedules().updateOne({ _id, next }, { $set: { next: nextSlot(crons, now) } }, this.time);
  }

  /** Takes a schedule off whose function is gone. */
  async remove({ _id, next }: StoredSchedule): Promise<void> {
    await this.schedules().deleteOne({ _id, next }, this.time);
  }

  private get time(): { maxTimeMS: number } {
    return { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
  }

  private schedules(): mongo.Collection<StoredSchedule> {
    return this.database.system<StoredSchedule>(SCHEDULES);
  }

  private ensureIndex(): void {
    if (this.indexed) return;
    this.indexed = true;
    this.schedules()
      .createIndex({ next: 1 })
      .catch((error: unknown) => {
        this.indexed = false;
        this.logger.warn({ err: error }, 'The index of schedules could not be made; it is tried again');
      });
  }
}

/** The first slot after a moment. */
export function nextSlot(crons: string[], after: Date): Date {
  const slots = crons.map((cron) =>
    CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: after }).next().getTime(),
  );
  return new Date(Math.min(...slots));
}
