import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import { DEFAULT_PROJECT } from '../../platform/tenancy/project-context.service.js';
import { PROJECTS, type StoredProject } from '../../platform/tenancy/stored-project.js';

/** The default project while nobody has changed anything of it. */
const UNTOUCHED = { name: DEFAULT_PROJECT, frozen: false, quotas: {} } as const;

/** Projects in the database of the installation. */
@Injectable()
export class ProjectsRepository {
  private readonly time: { maxTimeMS: number };

  constructor(
    private readonly database: Database,
    config: Config,
  ) {
    this.time = { maxTimeMS: config.MONGODB_MAX_TIME_MS };
  }

  async insert(project: StoredProject): Promise<void> {
    await this.collection().insertOne(project);
  }

  async count(): Promise<number> {
    return this.collection().countDocuments({ _id: { $ne: DEFAULT_PROJECT } }, this.time);
  }

  async find(id: string): Promise<StoredProject | null> {
    const found = await this.collection().findOne({ _id: id }, this.time);
    return found ?? (id === DEFAULT_PROJECT ? { _id: id, ...UNTOUCHED, _inserted: new Date(0) } : null);
  }

  /** The default project, and then the others, the oldest first. */
  async list(): Promise<StoredProject[]> {
    // First, for it throws at once while the database is away: nothing must then be under way.
    const collection = this.collection();
    const [first, others] = await Promise.all([
      this.find(DEFAULT_PROJECT),
      collection.find({ _id: { $ne: DEFAULT_PROJECT } }, { ...this.time, sort: { _id: 1 } }).toArray(),
    ]);
    return [...(first ? [first] : []), ...others];
  }

  /** @returns the project as it is now; `null` when there is none that fulfils the condition */
  async change(
    id: string,
    condition: mongo.Filter<StoredProject>,
    change: mongo.UpdateFilter<StoredProject>,
  ): Promise<StoredProject | null> {
    // What the change names itself cannot be set a second time; the view knows how to do without.
    const untouched = Object.entries({ ...UNTOUCHED, _inserted: new Date() }).filter(([field]) =>
      Object.keys({ ...change.$set, ...change.$unset }).every((path) => path.split('.')[0] !== field),
    );
    return this.collection().findOneAndUpdate(
      { ...condition, _id: id },
      id === DEFAULT_PROJECT ? { ...change, $setOnInsert: Object.fromEntries(untouched) } : change,
      { ...this.time, returnDocument: 'after', upsert: id === DEFAULT_PROJECT },
    );
  }

  /** Ids of those whose time of grace is over, or whose end has begun. */
  async due(now: Date): Promise<string[]> {
    const due = await this.collection()
      .find(
        { $or: [{ purge_at: { $lte: now } }, { purging: true }] },
        { ...this.time, projection: { _id: 1 } },
      )
      .toArray();
    return due.map(({ _id }) => _id);
  }

  async remove(id: string): Promise<void> {
    await this.collection().deleteOne({ _id: id }, this.time);
  }

  private collection(): mongo.Collection<StoredProject> {
    return this.database.system<StoredProject>(PROJECTS);
  }
}
