import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import type { Blob, BlobPart } from '../blobs/blob.js';
import { BlobReader } from '../blobs/blob-reader.service.js';
import { Blobs } from '../blobs/blobs.service.js';
import { Drivers } from '../drivers/drivers.service.js';
import type { DriverName } from '../drivers/file-driver.js';

/** How far a move is. */
export interface MoveProgress {
  moved: number;
  total: number;
  bytes: number;
}

/**
 * Moves the bytes of all projects to another driver, while servers run. Each blob is copied, and then named anew in one
 * step: a move that breaks off is gone on with by starting it again.
 */
@Injectable()
export class Mover {
  constructor(
    private readonly blobs: Blobs,
    private readonly reader: BlobReader,
    private readonly drivers: Drivers,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /** @throws CoglexError `service_unavailable` when the driver is not configured */
  async move(
    to: DriverName,
    tell: (progress: MoveProgress) => void = () => undefined,
  ): Promise<MoveProgress> {
    this.drivers.get(to);
    const projects = await this.projects.open();
    const elsewhere = { driver: { $ne: to } };
    const progress: MoveProgress = { moved: 0, total: 0, bytes: 0 };
    for (const project of projects)
      progress.total += await this.context.run(project, () => this.blobs.blobs().countDocuments(elsewhere));
    for (const project of projects)
      await this.context.run(project, async () => {
        for await (const blob of this.blobs.blobs().find(elsewhere).sort({ _id: 1 })) {
          await this.moveOne(blob, to);
          progress.moved += 1;
          progress.bytes += blob.size;
          tell(progress);
        }
      });
    return progress;
  }

  private async moveOne(blob: Blob, to: DriverName): Promise<void> {
    const parts: BlobPart[] = [];
    for (const { key, size } of blob.parts) {
      const bytes = await this.reader.open({ ...blob, size, parts: [{ key, size }] });
      const staged = await this.drivers.get(to).stage(this.context.project, bytes);
      parts.push({ key: await staged.keep(blob._id), size });
    }
    // Those who began to read at the old place may finish.
    const until = new Date(Date.now() + Math.max(this.config.ARCHIVE_GRACE, 3600) * 1000);
    const superseded = { driver: blob.driver, parts: blob.parts, until };
    const { matchedCount } = await this.blobs
      .blobs()
      .updateOne(
        { _id: blob._id, driver: blob.driver, parts: blob.parts },
        { $set: { driver: to, parts, superseded } },
      );
    // Deleted, or moved by another process, in the meantime.
    if (matchedCount === 0) await this.blobs.deleteParts({ driver: to, parts });
  }
}
