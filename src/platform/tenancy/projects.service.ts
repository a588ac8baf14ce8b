import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';
import { RecentReads } from '../database/recent-reads.js';
import { PubSub } from '../redis/pub-sub.service.js';
import { CoglexError } from '../errors/coglex-error.js';
import { DEFAULT_PROJECT, ProjectContext } from './project-context.service.js';
import { PROJECTS, type ProjectQuotas, type StoredProject } from './stored-project.js';

/** Tells all instances of projects that have changed, by their ids. */
const CHANNEL = 'project-changes';

/** How long a project is believed to be as it was, in milliseconds: what another instance changes holds here within 1 s. */
const BELIEVED_MS = 500;

/** Most projects that are remembered at a time. */
const MOST_REMEMBERED = 10_000;

/** Knows the projects, and lets requests into those that are open. */
@Injectable()
export class Projects {
  private readonly documents: RecentReads<StoredProject | null>;

  constructor(
    private readonly context: ProjectContext,
    private readonly database: Database,
    private readonly config: Config,
    private readonly pubSub: PubSub,
  ) {
    this.documents = new RecentReads(
      async (id) =>
        database
          .system<StoredProject>(PROJECTS)
          .findOne({ _id: id }, { maxTimeMS: config.MONGODB_MAX_TIME_MS }),
      { forMs: BELIEVED_MS, most: MOST_REMEMBERED },
    );
    pubSub.subscribe(CHANNEL, (id) => this.documents.forget(id));
  }

  /**
   * Makes a project that of the current request.
   *
   * @returns whether there is such a project; one that was deleted is none
   * @throws CoglexError `project_frozen`, `database_unavailable`
   */
  async enter(id: string): Promise<boolean> {
    if (id !== DEFAULT_PROJECT) {
      const project = await this.find(id);
      if (!project) return false;
      if (project.frozen)
        throw new CoglexError('project_frozen', {
          detail: 'The project is frozen. Its data is safe, and closed until somebody unfreezes it.',
        });
    }
    this.context.choose(id);
    return true;
  }

  /**
   * How much a project may keep; the current one by default.
   *
   * @throws CoglexError `database_unavailable`
   */
  async quotas(id = this.context.project): Promise<ProjectQuotas> {
    return (await this.documents.get(id))?.quotas ?? {};
  }

  /**
   * Ids of all projects in which work is done, for jobs that visit each of them: `context.run(id, …)`. Neither
   * frozen nor deleted ones are among them.
   *
   * @throws CoglexError `database_unavailable`
   */
  async open(): Promise<string[]> {
    const found = await this.database
      .system<StoredProject>(PROJECTS)
      .find(
        { _id: { $ne: DEFAULT_PROJECT }, frozen: false, deleted_at: { $exists: false } },
        { projection: { _id: 1 }, maxTimeMS: this.config.MONGODB_MAX_TIME_MS },
      )
      .toArray();
    return [DEFAULT_PROJECT, ...found.map(({ _id }) => _id)];
  }

  /** Has a project looked up again, on all instances that Redis reaches: it was changed. */
  forget(id: string): void {
    void this.pubSub.publish(CHANNEL, id);
  }

  /** @returns `undefined` for what is not there, or deleted */
  async find(id: string): Promise<StoredProject | undefined> {
    if (!/^[0-9a-f]{24}$/.test(id)) return undefined;
    const project = await this.documents.get(id);
    return project && !project.deleted_at ? project : undefined;
  }
}
