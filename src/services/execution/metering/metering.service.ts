import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { UsageDto, UsageParametersDto } from '../dto/usage.dto.js';
import type { RunOutcome } from '../sandbox/limits.js';

const FLUSH_MS = 2000;

interface Usage {
  runs: number;
  cpuMs: number;
  memory: number;
}

/** What ran on one day, in `_EXECUTION_USAGE`. */
interface StoredUsage extends Usage {
  /** Day in UTC, such as `2026-11-27`. */
  _id: string;
}

const dayOf = (time: Date) => time.toISOString().slice(0, 10);

/** Counts runs, their time on the processor and their memory, by project and day. */
@Injectable()
export class Metering implements BeforeApplicationShutdown {
  /** What is not stored yet: writing for each run would cost more than many a run. */
  private waiting = new Map<string, Map<string, Usage>>();

  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly config: Config,
    jobs: Jobs,
  ) {
    jobs.register({ name: 'execution-usage', everyMs: FLUSH_MS, exclusive: false, run: () => this.flush() });
  }

  add({ cpuMs, memory }: RunOutcome): void {
    const days = this.waiting.get(this.context.project) ?? new Map<string, Usage>();
    this.waiting.set(this.context.project, days);
    const day = dayOf(new Date());
    const usage = days.get(day) ?? { runs: 0, cpuMs: 0, memory: 0 };
    days.set(day, {
      runs: usage.runs + 1,
      cpuMs: usage.cpuMs + cpuMs,
      memory: Math.max(usage.memory, memory),
    });
  }

  /** Usage of the current project, all of it by default. */
  async usage({ from, to }: UsageParametersDto): Promise<UsageDto> {
    await this.flush();
    const _id = { ...(from ? { $gte: from } : {}), ...(to ? { $lte: to } : {}) };
    const [sum] = await this.stored()
      .aggregate<Usage>(
        [
          { $match: from || to ? { _id } : {} },
          {
            $group: {
              _id: null,
              runs: { $sum: '$runs' },
              cpuMs: { $sum: '$cpuMs' },
              memory: { $max: '$memory' },
            },
          },
        ],
        { maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
      )
      .toArray();
    const { runs = 0, cpuMs = 0, memory = 0 } = (sum as Usage | undefined) ?? {};
    return { runs, cpu_ms: Math.round(cpuMs), memory };
  }

  async beforeApplicationShutdown(): Promise<void> {
    // The database may be away, and the server ends all the same.
    await this.flush().catch(() => undefined);
  }

  private async flush(): Promise<void> {
    const { waiting } = this;
    this.waiting = new Map();
    for (const [project, days] of waiting)
      for (const [day, usage] of days) await this.context.run(project, () => this.store(day, usage));
  }

  private async store(day: string, { runs, cpuMs, memory }: Usage): Promise<void> {
    try {
      await this.stored().updateOne(
        { _id: day },
        { $inc: { runs, cpuMs }, $max: { memory } },
        { upsert: true, maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
      );
    } catch (error) {
      // Counted again with what comes next.
      const days = this.waiting.get(this.context.project) ?? new Map<string, Usage>();
      this.waiting.set(this.context.project, days);
      const now = days.get(day) ?? { runs: 0, cpuMs: 0, memory: 0 };
      days.set(day, {
        runs: now.runs + runs,
        cpuMs: now.cpuMs + cpuMs,
        memory: Math.max(now.memory, memory),
      });
      throw error;
    }
  }

  private stored(): mongo.Collection<StoredUsage> {
    return this.database.collection<StoredUsage>('_EXECUTION_USAGE');
  }
}
