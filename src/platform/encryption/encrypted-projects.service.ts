import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { Database } from '../database/database.service.js';
import { ProjectBelongings } from '../tenancy/project-belongings.service.js';
import { ProjectContext } from '../tenancy/project-context.service.js';

const COLLECTION = '_ENCRYPTION';

interface StoredProject {
  /** Id of the project. */
  _id: string;
  project: string;
  /** Another one whenever there is something to do; absent while there is nothing. */
  wanted?: string;
}

/** Knows which projects have encrypted fields, so that nobody has to look into all of them. */
@Injectable()
export class EncryptedProjects {
  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    belongings: ProjectBelongings,
  ) {
    belongings.add(COLLECTION);
  }

  /** Says that there will be something to do in the current project. */
  async want(): Promise<void> {
    const { project } = this.context;
    await this.projects().updateOne(
      { _id: project },
      { $set: { project, wanted: randomUUID() } },
      { upsert: true },
    );
  }

  /**
   * Does what leaves something to do in the current project. That is said before it, so that a process which dies does
   * not hide it, and once more behind it, for a run under way may have found nothing to do yet.
   */
  async around<T>(work: () => Promise<T>): Promise<T> {
    await this.want();
    const done = await work();
    await this.want();
    return done;
  }

  /** Ids of all that have encrypted fields, or had. */
  async all(): Promise<string[]> {
    return (await this.projects().find({}).toArray()).map(({ _id }) => _id);
  }

  /** Those in which there is something to do. */
  async wanting(): Promise<{ project: string; wanted: string }[]> {
    const found = await this.projects()
      .find({ wanted: { $exists: true } })
      .toArray();
    return found.flatMap(({ _id: project, wanted }) => (wanted === undefined ? [] : [{ project, wanted }]));
  }

  /** Says that what was wanted is done. */
  async done({ project, wanted }: { project: string; wanted: string }): Promise<void> {
    await this.projects().updateOne({ _id: project, wanted }, { $unset: { wanted: '' } });
  }

  private projects(): mongo.Collection<StoredProject> {
    return this.database.system<StoredProject>(COLLECTION);
  }
}
