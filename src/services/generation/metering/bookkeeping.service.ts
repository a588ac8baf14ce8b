import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Events } from '../../../platform/events/events.service.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { Hold } from '../limits/limit.js';
import { Limits } from '../limits/limits.service.js';
import { GenerationMetrics } from './generation-metrics.service.js';
import { GenerationHooks } from './generation-hooks.service.js';
import { OpenCallsRepository, type OpenCall } from './open-calls.repository.js';
import './usage.events.js';
import type { UsageRow } from './usage-row.js';
import { UsageRepository } from './usage.repository.js';

const EVERY_MS = 5000;
/** Most lost calls that are looked after in one go. */
const BATCH = 500;
/** Most rows that wait for the database; beyond it their calls count as lost. */
const MAX_UNSAVED = 10_000;

interface Unsaved {
  row: UsageRow;
  holds: readonly Hold[];
}

/** Writes what calls used: once for each, and also when the database is away or a server dies meanwhile. */
@Injectable()
export class Bookkeeping implements OnModuleInit {
  private readonly unsaved = new Map<string, Unsaved>();

  constructor(
    private readonly usage: UsageRepository,
    private readonly open: OpenCallsRepository,
    private readonly limits: Limits,
    private readonly hooks: GenerationHooks,
    private readonly metrics: GenerationMetrics,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly context: ProjectContext,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Bookkeeping.name);
  }

  onModuleInit(): void {
    this.jobs.register({
      name: 'generation-usage',
      everyMs: EVERY_MS,
      exclusive: false,
      run: (signal) => this.catchUp(signal),
    });
  }

  /**
   * Writes the end of a call; it is durable when this returns.
   *
   * @throws when the database is away; it is then written later, for which the caller need do nothing
   */
  async enter(row: UsageRow, holds: readonly Hold[]): Promise<void> {
    try {
      await this.write(row, holds);
    } catch (error) {
      if (this.unsaved.size < MAX_UNSAVED) this.unsaved.set(row._id, { row, holds });
      throw error;
    }
  }

  /** A row whose call has one already changes nothing: somebody was here before. */
  private async write(row: UsageRow, holds: readonly Hold[]): Promise<void> {
    const counts = row.state !== 'failed';
    const used = { requests: counts ? 1 : 0, tokens: row.in + row.out, cost: row.cost };
    if (await this.usage.insert(row)) {
      this.metrics.note(row);
      await Promise.all([this.limits.settle(holds, used), this.hooks.after(row)]);
      if (counts) this.tell(row);
    }
  }

  private tell(row: UsageRow): void {
    void this.events.publish('generation.used', row, { id: row._id }).catch((error: unknown) => {
      this.logger.warn({ err: error, call: row._id }, 'The usage of a call could not be told to others');
    });
  }

  private async catchUp(signal: AbortSignal): Promise<void> {
    for (const [id, { row, holds }] of this.unsaved) {
      if (signal.aborted) return;
      await this.context.run(row.project, () => this.write(row, holds));
      await this.open.delete(id);
      this.unsaved.delete(id);
    }
    for (const call of await this.open.overdue(new Date(), BATCH)) {
      if (signal.aborted) return;
      await this.giveUp(call);
    }
  }

  private async giveUp({ row, holds }: OpenCall): Promise<void> {
    this.logger.warn(
      { call: row._id, project: row.project },
      'A call of a model never ended; its prompt counts',
    );
    await this.context.run(row.project, () => this.write(row, holds));
    await this.open.delete(row._id);
  }
}
