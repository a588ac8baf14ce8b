import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Jobs } from '../jobs/jobs.service.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { Projects } from '../tenancy/projects.service.js';
import { Audit } from './audit.service.js';
import { CHAIN_PRUNED } from './chain-events.js';
import { ChainSeal, type ChainPoint } from './chain/chain-seal.js';
import { ChainStore } from './chain/chain-store.service.js';

const HOUR_MS = 3_600_000;

/** Name of the job. */
export const RETENTION_JOB = 'audit-retention';

/**
 * Removes entries that are older than `AUDIT_RETENTION`. A chain is cut at its beginning alone, and where it begins then
 * is signed before anything goes.
 */
@Injectable()
export class AuditRetention implements OnModuleInit {
  constructor(
    private readonly audit: Audit,
    private readonly store: ChainStore,
    private readonly seal: ChainSeal,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly config: Config,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: RETENTION_JOB,
      everyMs: HOUR_MS,
      leaseMs: HOUR_MS / 6,
      run: async (signal) => {
        for (const project of await this.projects.open())
          if (!signal.aborted) await this.context.run(project, () => this.prune(project));
      },
    });
  }

  private async prune(project: string): Promise<void> {
    // Whatever is added from now on stays.
    const tail = await this.store.tail(project);
    const last = tail && (await this.lastOld(project, tail));
    if (!last) return;
    const { seq, hash } = last;
    await this.store.moveStart(project, this.seal.sign('start', project, { seq, hash }));
    const trail = await this.store.trail(project);
    const { deletedCount } = await trail.deleteMany({ seq: { $gt: 0, $lte: seq } });
    await this.audit.record(CHAIN_PRUNED, { detail: { entries: deletedCount, through: seq } });
  }

  /** The last entry before the first that stays; what came late, for it waited on the disk, goes with its neighbours. */
  private async lastOld(project: string, tail: ChainPoint): Promise<ChainPoint | null> {
    const trail = await this.store.trail(project);
    const time = { maxTimeMS: this.config.MONGODB_MAX_TIME_MS };
    const until = new Date(Date.now() - this.config.AUDIT_RETENTION * 1000);
    const known = { seq: { $gt: 0, $lte: tail.seq } };
    const first = await trail
      .find({ ...known, at: { $gte: until } }, time)
      .sort({ seq: 1 })
      .limit(1)
      .next();
    if (!first) return tail;
    return trail
      .find({ seq: { $gt: 0, $lt: first.seq } }, time)
      .sort({ seq: -1 })
      .limit(1)
      .next();
  }
}
