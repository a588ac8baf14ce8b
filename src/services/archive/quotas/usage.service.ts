import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { Config } from '../../../platform/config/config.js';
import { Database } from '../../../platform/database/database.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Projects } from '../../../platform/tenancy/projects.service.js';
import type { ProjectQuotas } from '../../../platform/tenancy/stored-project.js';
import type { StoredFile } from '../files/file.js';
import type { Usage } from './usage.js';

/** Longest time from counting a file in or out until its document is there or gone, in milliseconds. */
const PENDING_MS = 10 * 60_000;

const DUPLICATE_KEY = 11000;

const soon = () => new Date(Date.now() + PENDING_MS);

/**
 * Counts what a project uses, exactly. Each change of the files is noted beside the counters before it is made, and
 * the note is taken away by the update that counts; when a process dies in between, its note tells that everything
 * must be counted anew.
 */
@Injectable()
export class ProjectUsage {
  constructor(
    private readonly database: Database,
    private readonly projects: Projects,
    private readonly config: Config,
  ) {}

  /** Bytes that one more file may have. @throws CoglexError `file_quota_exceeded` when there may be none */
  async room(): Promise<number> {
    const { bytes = Infinity, files = Infinity } = await this.projects.quotas();
    if (bytes === Infinity && files === Infinity) return Infinity;
    const used = await this.usage().findOne({ _id: 'usage' });
    if ((used?.files ?? 0) >= files) throw quotaExceeded({ files });
    return Math.max(0, bytes - (used?.bytes ?? 0));
  }

  /**
   * Counts a file in that is about to be stored.
   *
   * @param reservedUntil end of a resumable upload, for which room is kept
   * @throws CoglexError `file_quota_exceeded`
   */
  async reserve(id: string, bytes: number, reservedUntil?: Date): Promise<void> {
    const quotas = await this.projects.quotas();
    const fits = {
      ...(quotas.bytes === undefined ? {} : { bytes: { $lte: quotas.bytes - bytes } }),
      ...(quotas.files === undefined ? {} : { files: { $lte: quotas.files - 1 } }),
    };
    const note = reservedUntil ? { bytes, until: reservedUntil, reserved: true } : { bytes, until: soon() };
    const count = () =>
      this.usage().updateOne(
        { _id: 'usage', ...fits },
        { $inc: { bytes, files: 1, version: 1 }, $set: { [`notes.${id}`]: note } },
      );
    if ((await count()).matchedCount > 0) return;
    // Either it does not fit, or it is the first file of all.
    await this.begin();
    if ((await count()).matchedCount === 0) throw quotaExceeded(quotas);
  }

  /** Keeps the room of a resumable upload for longer. */
  async extend(id: string, until: Date): Promise<void> {
    await this.renote(id, { [`notes.${id}.until`]: until });
  }

  /** The file of a resumable upload is about to be stored. */
  async engage(id: string): Promise<void> {
    await this.renote(id, { [`notes.${id}.until`]: soon(), [`notes.${id}.reserved`]: false });
  }

  /** The file is stored. */
  async settle(id: string): Promise<void> {
    await this.usage().updateOne({ _id: 'usage' }, { $unset: { [`notes.${id}`]: '' }, $inc: { version: 1 } });
  }

  /** The file will not be stored. */
  async cancel(id: string, bytes: number): Promise<void> {
    await this.countOut(id, bytes);
  }

  /** A file is about to be deleted. @returns the note for {@link leave} or {@link settle} */
  async announce(id: string, bytes: number): Promise<string> {
    // Of several who delete one file, one counts; each has a note of its own.
    const note = `${id}-${randomBytes(4).toString('hex')}`;
    await this.usage().updateOne(
      { _id: 'usage' },
      { $set: { [`notes.${note}`]: { bytes, until: soon() } }, $inc: { version: 1 } },
    );
    return note;
  }

  /** The file is deleted. */
  async leave(note: string, bytes: number): Promise<void> {
    await this.countOut(note, bytes);
  }

  /** Counts everything anew when a process has died between a change and its count. */
  async reconcile(now = new Date()): Promise<void> {
    const usage = await this.usage().findOne({ _id: 'usage' });
    const notes = Object.entries(usage?.notes ?? {});
    const open = notes.filter(([, { until }]) => until > now);
    // While something is under way a count would be wrong the next moment: later, then.
    if (!usage || open.length === notes.length || open.some(([, { reserved }]) => !reserved)) return;
    const [sum] = await this.files()
      .aggregate<Pick<Usage, 'bytes' | 'files'>>([
        { $group: { _id: null, bytes: { $sum: '$size' }, files: { $sum: 1 } } },
      ])
      .toArray();
    const reserved = open.reduce((total, [, { bytes }]) => total + bytes, 0);
    await this.usage().updateOne(
      { _id: 'usage', version: usage.version },
      {
        $set: {
          bytes: (sum?.bytes ?? 0) + reserved,
          files: (sum?.files ?? 0) + open.length,
          notes: Object.fromEntries(open),
        },
        $inc: { version: 1 },
      },
    );
  }

  /** The note is the condition: whoever takes it away counts, and nobody else. */
  private async countOut(note: string, bytes: number): Promise<void> {
    await this.usage().updateOne(
      { _id: 'usage', [`notes.${note}`]: { $exists: true } },
      { $inc: { bytes: -bytes, files: -1, version: 1 }, $unset: { [`notes.${note}`]: '' } },
    );
  }

  private async renote(id: string, change: Record<string, unknown>): Promise<void> {
    await this.usage().updateOne(
      { _id: 'usage', [`notes.${id}`]: { $exists: true } },
      { $set: change, $inc: { version: 1 } },
    );
  }

  private async begin(): Promise<void> {
    try {
      await this.usage().insertOne({ _id: 'usage', bytes: 0, files: 0, version: 0 });
    } catch (error) {
      if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    }
  }

  private usage(): mongo.Collection<Usage> {
    return this.database.collection<Usage>('_ARCHIVE_USAGE');
  }

  private files(): mongo.Collection<StoredFile> {
    return this.database.collection<StoredFile>(this.config.MONGODB_ARCHIVE_COLLECTION);
  }
}

/** What a request gets that would go over the bounds of its project. */
export function quotaExceeded({ bytes, files }: ProjectQuotas): CoglexError {
  const bounds = [
    ...(bytes === undefined ? [] : [`${bytes} bytes`]),
    ...(files === undefined ? [] : [`${files} files`]),
  ];
  return new CoglexError('file_quota_exceeded', { detail: `The project may have ${bounds.join(' and ')}.` });
}
