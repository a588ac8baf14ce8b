import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import { ProjectContext } from '../../platform/tenancy/project-context.service.js';

/** Makes the indexes of a project before its first file. */
@Injectable()
export class ArchiveIndexes {
  private readonly made = new Map<string, Promise<unknown>>();

  constructor(
    private readonly database: Database,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  async ensure(): Promise<void> {
    const { project } = this.context;
    let making = this.made.get(project);
    if (!making) this.made.set(project, (making = this.make()));
    try {
      await making;
    } catch (error) {
      this.made.delete(project);
      throw error;
    }
  }

  private async make(): Promise<void> {
    await this.database
      .collection(this.config.MONGODB_ARCHIVE_COLLECTION)
      .createIndexes([{ key: { sha256: 1 } }, { key: { uploaded_at: -1, _id: -1 } }, { key: { owner: 1 } }]);
    await this.database
      .collection('_ARCHIVE_BLOBS')
      .createIndexes([{ key: { 'parts.key': 1 } }, { key: { doomed: 1 }, sparse: true }]);
  }
}
