import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Audit } from '../../platform/audit/audit.service.js';
import { Database } from '../../platform/database/database.service.js';
import { Events } from '../../platform/events/events.service.js';
import { Jobs } from '../../platform/jobs/jobs.service.js';
import { ProjectBelongings } from '../../platform/tenancy/project-belongings.service.js';
import { DEFAULT_PROJECT, ProjectContext } from '../../platform/tenancy/project-context.service.js';
import './project-events.js';
import { ProjectsRepository } from './projects.repository.js';

const MINUTE_MS = 60_000;

/** Name of the job. */
export const PURGE_JOB = 'project-purge';

/** Removes projects for good when their time of grace is over. */
@Injectable()
export class ProjectPurge implements OnModuleInit {
  constructor(
    private readonly repository: ProjectsRepository,
    private readonly database: Database,
    private readonly belongings: ProjectBelongings,
    private readonly context: ProjectContext,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(ProjectPurge.name);
  }

  onModuleInit(): void {
    this.jobs.register({
      name: PURGE_JOB,
      everyMs: MINUTE_MS,
      longestMs: 10 * MINUTE_MS,
      run: async (signal) => {
        for (const id of await this.repository.due(new Date())) if (!signal.aborted) await this.purge(id);
      },
    });
  }

  /** The project's own document goes last: whatever breaks off before is begun again. */
  private async purge(id: string): Promise<void> {
    const now = new Date();
    const project = await this.repository.change(
      id,
      { $or: [{ purge_at: { $lte: now } }, { purging: true }] },
      { $set: { purging: true } },
    );
    // Restored in the meantime.
    if (!project) return;
    await this.database.project(id).dropDatabase();
    await this.belongings.remove(id);
    await this.context.run(DEFAULT_PROJECT, () => this.audit.close(id));
    const event = { id, name: project.name };
    await this.context.run(DEFAULT_PROJECT, () =>
      this.events.publish('project.deleted', event, { id: `project-deleted-${id}` }),
    );
    await this.repository.remove(id);
    this.logger.info({ project: id }, 'A deleted project is gone for good');
  }
}
