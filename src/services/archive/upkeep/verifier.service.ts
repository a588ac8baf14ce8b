import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import type { Blob } from '../blobs/blob.js';
import { BlobReader } from '../blobs/blob-reader.service.js';
import { Blobs } from '../blobs/blobs.service.js';
import { MissingBytesError } from '../drivers/file-driver.js';
import type { StoredFile } from '../files/file.js';

/** Something that is not as it should be. */
export interface Finding {
  project: string;
  /** SHA-256 of the bytes as they should be. */
  sha256: string;
  problem: 'missing' | 'rotten' | 'unreadable';
  /** Ids of files that it concerns; the first hundred. */
  files: string[];
}

/** Reads all bytes of all projects, and finds those that are missing or have changed. */
@Injectable()
export class Verifier {
  constructor(
    private readonly blobs: Blobs,
    private readonly reader: BlobReader,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** @returns how many blobs were read, and what is wrong */
  async verify(
    tell: (finding: Finding) => void = () => undefined,
  ): Promise<{ checked: number; findings: Finding[] }> {
    const findings: Finding[] = [];
    let checked = 0;
    const report = async (sha256: string, problem: Finding['problem']) => {
      const found = await this.files()
        .find({ sha256 }, { projection: { _id: 1 }, limit: 100 })
        .toArray();
      const finding = { project: this.context.project, sha256, problem, files: found.map(({ _id }) => _id) };
      findings.push(finding);
      tell(finding);
    };
    for (const project of await this.projects.open())
      await this.context.run(project, async () => {
        for await (const blob of this.blobs.blobs().find()) {
          checked += 1;
          const problem = await this.problemOf(blob);
          if (problem) await report(blob._id, problem);
        }
        for (const sha256 of await this.unknown()) await report(sha256, 'missing');
      });
    return { checked, findings };
  }

  private async problemOf(blob: Blob): Promise<Finding['problem'] | undefined> {
    const hash = createHash('sha256');
    try {
      for await (const chunk of (await this.reader.open(blob)) as AsyncIterable<Buffer>) hash.update(chunk);
    } catch (error) {
      return error instanceof MissingBytesError ? 'missing' : 'unreadable';
    }
    return hash.digest('hex') === blob._id ? undefined : 'rotten';
  }

  /** Hashes of files whose bytes the ledger does not know. */
  private async unknown(): Promise<string[]> {
    const rows = await this.files()
      .aggregate<{ _id: string }>([
        { $group: { _id: '$sha256' } },
        { $lookup: { from: '_ARCHIVE_BLOBS', localField: '_id', foreignField: '_id', as: 'blob' } },
        { $match: { blob: [] } },
      ])
      .toArray();
    return rows.map(({ _id }) => _id);
  }

  private files() {
    return this.database.collection<StoredFile>(this.config.MONGODB_ARCHIVE_COLLECTION);
  }
}
