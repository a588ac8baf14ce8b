import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { Quotas } from './usage.js';

/** Knows the bounds of the current project. */
@Injectable()
export class ProjectQuotas {
  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  async current(): Promise<Quotas> {
    const project = await this.database
      .system<{ _id: string; quotas?: Quotas }>('_PROJECTS')
      .findOne({ _id: this.context.project }, { projection: { quotas: 1 } });
    return project?.quotas ?? {};
  }

  /** Largest file in one request, in bytes. */
  async upload(): Promise<number> {
    return (await this.current()).upload ?? this.config.MAX_CONTENT_LENGTH;
  }
}
