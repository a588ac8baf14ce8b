import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { PinoLogger } from 'nestjs-pino';
import type { EventMessage } from '../../../platform/events/event-map.js';
import { Jobs } from '../../../platform/jobs/jobs.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import { Blobs } from '../blobs/blobs.service.js';
import { Drivers } from '../drivers/drivers.service.js';
import { Links } from '../links/links.service.js';
import { ProjectUsage } from '../quotas/usage.service.js';
import { ResumableUploads } from '../resumable/resumable-uploads.service.js';
import { Backlog } from '../scanning/backlog.service.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Names of the jobs. */
export const SWEEP_JOB = 'archive-sweep';
export const ORPHANS_JOB = 'archive-orphans';

/** Brings documents and bytes together again where a process has died between them, and deletes what is over. */
@Injectable()
export class ArchiveSweep implements OnModuleInit {
  constructor(
    private readonly blobs: Blobs,
    private readonly drivers: Drivers,
    private readonly uploads: ResumableUploads,
    private readonly links: Links,
    private readonly usage: ProjectUsage,
    private readonly backlog: Backlog,
    private readonly projects: Projects,
    private readonly context: ProjectContext,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(ArchiveSweep.name);
  }

  onModuleInit(): void {
    const each = (work: (signal: AbortSignal) => Promise<void>) => (signal: AbortSignal) =>
      this.inEach(work, signal);
    this.jobs.register({ name: SWEEP_JOB, everyMs: MINUTE_MS, run: each(() => this.sweep()) });
    this.jobs.register({
      name: ORPHANS_JOB,
      everyMs: HOUR_MS,
      longestMs: DAY_MS,
      run: each(() => this.removeOrphans()),
    });
    this.jobs.register({
      name: 'archive-scan',
      everyMs: MINUTE_MS,
      longestMs: DAY_MS,
      run: each((signal) => this.backlog.scan(signal)),
    });
  }

  /** What has come to its end in the current project: deleted files, expired uploads and links. */
  async sweep(now = new Date()): Promise<void> {
    const doomed = this.blobs.blobs().find({ doomed: true, held: { $lte: now } });
    for await (const { _id } of doomed) await this.blobs.collect(_id);
    const superseded = this.blobs.blobs().find({ 'superseded.until': { $lte: now } });
    for await (const { _id, superseded: before } of superseded) {
      if (before) await this.blobs.deleteParts(before);
      await this.blobs.blobs().updateOne({ _id }, { $unset: { superseded: '' } });
    }
    for await (const upload of this.uploads.uploads().find({ until: { $lte: now } }))
      await this.uploads.abandon(upload);
    await this.links.sweep(now);
    await this.usage.reconcile(now);
  }

  /** What processes that died have left in the current project; younger things may be under way. */
  async removeOrphans(before = new Date(Date.now() - DAY_MS)): Promise<void> {
    for await (const { _id } of this.blobs.blobs().find({ held: { $lte: before } }))
      await this.blobs.collect(_id);
    for (const name of this.drivers.names()) {
      const driver = this.drivers.get(name);
      for await (const { key, modified } of driver.list(this.context.project))
        if (modified < before && !(await this.isNamed(key))) await driver.delete(key);
      await driver.sweep(this.context.project, before);
    }
  }

  /** A project that is gone leaves its bytes behind; those in its database went with it. */
  @OnEvent('project.deleted')
  async forget({ data: { id } }: EventMessage<{ id: string }>): Promise<void> {
    for (const name of this.drivers.names()) {
      if (name === 'gridfs') continue;
      const driver = this.drivers.get(name);
      for await (const { key } of driver.list(id)) await driver.delete(key);
      await driver.sweep(id, new Date());
    }
  }

  private async isNamed(key: string): Promise<boolean> {
    const parts = { $elemMatch: { key } };
    const blob = await this.blobs.blobs().findOne({ $or: [{ parts }, { 'superseded.parts': parts }] });
    return blob !== null || (await this.uploads.uploads().findOne({ parts })) !== null;
  }

  private async inEach(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    for (const project of await this.projects.open()) {
      if (signal.aborted) return;
      try {
        await this.context.run(project, () => work(signal));
      } catch (error) {
        this.logger.warn({ err: error, project }, 'The files of a project could not be swept');
      }
    }
  }
}
