import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { TRAIL } from '../../platform/audit/chain/chain-store.service.js';
import { Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.service.js';
import type { ProjectUsageDto } from './dto/project.dto.js';

/** Collections that are counted at a time. */
const AT_ONCE = 10;

/** Measures what a project keeps. */
@Injectable()
export class ProjectUsage {
  private readonly time: { maxTimeMS: number };

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {
    this.time = { maxTimeMS: config.MONGODB_MAX_TIME_MS };
  }

  /** @throws CoglexError `database_unavailable` */
  async of(project: string): Promise<ProjectUsageDto> {
    const database = this.database.project(project);
    const [documents, stored, trail, files] = await Promise.all([
      this.documents(database),
      database.command({ dbStats: 1 }),
      database.command({ collStats: TRAIL }),
      this.files(database),
    ]);
    // GridFS keeps the bytes of files in the database itself.
    const beside = this.config.ARCHIVE_DRIVER === 'gridfs' ? 0 : files.bytes;
    // What the server notes about a project is nothing that it keeps.
    const bytes = Number(stored.dataSize) - Number(trail.size) + beside;
    return { documents, bytes: Math.max(bytes, 0), files: files.count };
  }

  private async documents(database: mongo.Db): Promise<number> {
    const collections = await database.listCollections({}, { nameOnly: true }).toArray();
    const names = collections.map(({ name }) => name).filter((name) => !/^(_|system\.)/.test(name));
    let total = 0;
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const counts = names
        .slice(from, from + AT_ONCE)
        .map((name) => database.collection(name).estimatedDocumentCount(this.time));
      total += (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    }
    return total;
  }

  private async files(database: mongo.Db): Promise<{ count: number; bytes: number }> {
    const [sum] = await database
      .collection(this.config.MONGODB_ARCHIVE_COLLECTION)
      .aggregate<{ count: number; bytes: number }>(
        [{ $group: { _id: null, count: { $sum: 1 }, bytes: { $sum: '$size' } } }],
        this.time,
      )
      .toArray();
    return { count: sum?.count ?? 0, bytes: Number(sum?.bytes ?? 0) };
  }
}
