import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Audit } from '../../platform/audit/audit.service.js';
import { Config } from '../../platform/config/config.js';
import { CoglexError } from '../../platform/errors/coglex-error.js';
import { Events } from '../../platform/events/events.service.js';
import type { KeyClaims } from '../../platform/security/caller.js';
import { DEFAULT_PROJECT, ProjectContext } from '../../platform/tenancy/project-context.service.js';
import { Projects } from '../../platform/tenancy/projects.service.js';
import type { StoredProject } from '../../platform/tenancy/stored-project.js';
import type { ChangeProjectDto, ChangeQuotasDto, CreateProjectDto } from './dto/change-project.dto.js';
import type { ProjectDto } from './dto/project.dto.js';
import './project-events.js';
import { viewOf } from './project-view.js';
import { ProjectsRepository } from './projects.repository.js';

const NOT_DELETED = { deleted_at: { $exists: false } };

/** Projects of the installation. The root key sees all of them, any other its own. */
@Injectable()
export class ProjectsService {
  constructor(
    private readonly repository: ProjectsRepository,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly events: Events,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `conflict` when there are too many */
  async create({ name, quotas }: CreateProjectDto): Promise<ProjectDto> {
    const { PROJECTS_MAX: most } = this.config;
    if ((await this.repository.count()) >= most)
      throw new CoglexError('conflict', { detail: `There are at most ${most} projects.` });
    const given = Object.entries(quotas ?? {}).filter(([, limit]) => typeof limit === 'number');
    const project: StoredProject = {
      _id: new mongo.ObjectId().toHexString(),
      name,
      frozen: false,
      quotas: Object.fromEntries(given),
      _inserted: new Date(),
    };
    await this.repository.insert(project);
    // Somebody may have asked for the id before: it was remembered that there is nothing.
    return this.changed('created', project);
  }

  async list(asker: KeyClaims): Promise<ProjectDto[]> {
    if (asker.type === 'root') return (await this.repository.list()).map(viewOf);
    return [await this.get(asker, this.context.project)];
  }

  /** @throws CoglexError `not_found`, also for what the key may not see */
  async get(asker: KeyClaims, id: string): Promise<ProjectDto> {
    if (asker.type !== 'root' && id !== this.context.project) return noSuchProject();
    return viewOf((await this.repository.find(id)) ?? noSuchProject());
  }

  /** @throws CoglexError `not_found`, `conflict` */
  async change(id: string, { name, frozen, quotas }: ChangeProjectDto): Promise<ProjectDto> {
    if (frozen === true) refuseDefault(id, 'frozen');
    const limits = limitsIn(quotas);
    const before = await this.repository.find(id);
    const changed = await this.repository.change(id, NOT_DELETED, {
      $set: {
        ...(name === undefined ? {} : { name }),
        ...(frozen === undefined ? {} : { frozen }),
        ...limits.$set,
        _patched: new Date(),
      },
      ...(Object.keys(limits.$unset).length > 0 ? { $unset: limits.$unset } : {}),
    });
    if (changed) return this.changed('updated', changed, before);
    if (await this.repository.find(id))
      throw new CoglexError('conflict', { detail: 'The project is deleted. Restore it first.' });
    return noSuchProject();
  }

  /**
   * Closes a project. Until the time of grace is over it can be restored; doing it again does not prolong that.
   *
   * @param confirm its name
   * @throws CoglexError `not_found`, `conflict`, `validation_failed`
   */
  async delete(id: string, confirm: string): Promise<ProjectDto> {
    refuseDefault(id, 'deleted');
    const now = new Date();
    const deleted = await this.repository.change(
      id,
      { ...NOT_DELETED, name: confirm },
      {
        $set: {
          deleted_at: now,
          purge_at: new Date(now.getTime() + this.config.PROJECT_DELETION_GRACE * 1000),
        },
      },
    );
    if (deleted) return this.changed('deleted', deleted);
    const project = (await this.repository.find(id)) ?? noSuchProject();
    if (project.name === confirm) return viewOf(project);
    const message = 'confirm must be the name of the project';
    throw new CoglexError('validation_failed', {
      detail: `${message}.`,
      errors: [{ field: '/confirm', message }],
    });
  }

  /** @throws CoglexError `not_found`, `gone` */
  async restore(id: string): Promise<ProjectDto> {
    // The default one is never deleted; changing it would make it.
    const restored =
      id !== DEFAULT_PROJECT &&
      (await this.repository.change(
        id,
        { purge_at: { $gt: new Date() }, purging: { $ne: true } },
        { $unset: { deleted_at: '', purge_at: '' } },
      ));
    if (restored) return this.changed('restored', restored);
    const project = (await this.repository.find(id)) ?? noSuchProject();
    if (!project.deleted_at) return viewOf(project);
    throw new CoglexError('gone', { detail: 'The time in which the project could be restored is over.' });
  }

  private async changed(
    how: 'created' | 'updated' | 'deleted' | 'restored',
    project: StoredProject,
    before?: StoredProject | null,
  ): Promise<ProjectDto> {
    const { _id: id, name, frozen } = project;
    const view = viewOf(project);
    this.projects.forget(id);
    await this.context.run(DEFAULT_PROJECT, async () => {
      await this.audit.record(how === 'deleted' ? 'project.deletion_begun' : `project.${how}`, {
        on: { type: 'project', id },
        ...(before ? { before: viewOf(before) } : {}),
        after: view,
        detail: { name, frozen },
      });
      const type = how === 'created' ? 'project.created' : 'project.updated';
      await this.events.publish(type, { id, name });
    });
    return view;
  }
}

function limitsIn(quotas: ChangeQuotasDto = {}): {
  $set: Record<string, number>;
  $unset: Record<string, ''>;
} {
  const entries = Object.entries(quotas).filter(([, limit]) => limit !== undefined);
  const set = entries.filter((entry): entry is [string, number] => entry[1] !== null);
  const unset = entries.filter(([, limit]) => limit === null);
  return {
    $set: Object.fromEntries(set.map(([name, limit]) => [`quotas.${name}`, limit])),
    $unset: Object.fromEntries(unset.map(([name]) => [`quotas.${name}`, ''])),
  };
}

function refuseDefault(id: string, what: string): void {
  if (id === DEFAULT_PROJECT)
    throw new CoglexError('conflict', { detail: `The default project cannot be ${what}.` });
}

function noSuchProject(): never {
  throw new CoglexError('not_found', { detail: 'There is no such project.' });
}
