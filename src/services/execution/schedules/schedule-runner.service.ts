import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { FunctionsRepository } from '../functions/functions.repository.js';
import { RunQueue } from '../runs/run-queue.service.js';
import { Schedules, type StoredSchedule } from './schedules.service.js';

/** What runs by itself, nobody has called. */
const NOBODY = { address: 'schedule' };

/** Has functions run when they are due; of several instances, one makes the run of a slot. */
@Injectable()
export class ScheduleRunner {
  constructor(
    private readonly schedules: Schedules,
    private readonly functions: FunctionsRepository,
    private readonly queue: RunQueue,
    private readonly context: ProjectContext,
    private readonly logger: PinoLogger,
    jobs: Jobs,
  ) {
    logger.setContext(ScheduleRunner.name);
    jobs.register({ name: 'execution-schedules', everyMs: 1000, exclusive: false, run: () => this.tick() });
  }

  private async tick(): Promise<void> {
    const now = new Date();
    for (const schedule of await this.schedules.due(now))
      await this.context.run(schedule.project, () => this.fire(schedule, now));
  }

  private async fire(schedule: StoredSchedule, now: Date): Promise<void> {
    const { _id, function: name, next } = schedule;
    const target = await this.functions.find(name);
    if (!target || target.definition.schedules.length === 0) return this.schedules.remove(schedule);
    try {
      // The slot is the id of its run, which there can be only one of; the time moves on after that.
      const id = `schedule:${schedule.project}:${name}:${next.toISOString()}`;
      await this.queue.add({ function: name, parameters: {}, caller: NOBODY, cause: 'schedule', id });
    } catch (error) {
      if (!(error instanceof CoglexError) || error.code !== 'too_many_requests') throw error;
      this.logger.warn({ schedule: _id }, 'Too many runs wait; a scheduled one is left out');
    }
    await this.schedules.advance(schedule, now);
  }
}
