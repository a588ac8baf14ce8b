import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { Database } from '../database/database.service.js';

/**
 * What belongs to projects beside their databases: collections of the whole installation whose documents name their
 * `project`. Whoever keeps such a collection adds it, and it goes with a project that is gone for good.
 */
@Injectable()
export class ProjectBelongings {
  private readonly collections = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** @param collection of the system's database, such as `_RUNS` */
  add(collection: string): void {
    this.collections.add(collection);
  }

  /** Deletes all that belongs to a project. What fails can be begun again. */
  async remove(project: string): Promise<void> {
    for (const name of this.collections)
      await this.database
        .system<{ project: string }>(name)
        .deleteMany({ project }, { maxTimeMS: this.config.MONGODB_MAX_TIME_MS });
  }
}
