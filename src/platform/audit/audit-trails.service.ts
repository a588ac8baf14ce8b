import { Injectable } from '@nestjs/common';
import { CoglexError } from '../errors/coglex-error.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import type { AuditEntry } from './audit-entry.js';
import type { AuditQuery } from './audit-query.js';
import { Audit } from './audit.service.js';
import { ChainStore } from './chain/chain-store.service.js';

/** A page of a trail. */
export interface AuditPage {
  project: string;
  entries: AuditEntry[];
  /** Where the next one begins; `null` at the end. */
  next: number | null;
}

/** The trails of all projects, for operators of the installation. */
@Injectable()
export class AuditTrails {
  constructor(
    private readonly audit: Audit,
    private readonly store: ChainStore,
    private readonly context: ProjectContext,
  ) {}

  /**
   * The last entries of a project's chain; of the current project by default. Also those of one that is frozen, or that
   * can still be restored.
   *
   * @throws CoglexError `not_found`, `database_unavailable`
   */
  async page(query: AuditQuery, project = this.context.project): Promise<AuditPage> {
    if (!(await this.store.hasProject(project)))
      throw new CoglexError('not_found', { detail: 'There is no such project.' });
    const found = await this.audit.find({ ...query, limit: query.limit + 1 }, project);
    const entries = found.slice(0, query.limit);
    const isEnd = found.length <= query.limit;
    return { project, entries, next: isEnd ? null : (entries.at(-1)?.seq ?? null) };
  }
}
