import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, opendir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  MissingBytesError,
  type ByteRange,
  type FileDriver,
  type StagedBytes,
  type StoredBytes,
} from '../file-driver.js';

/** Where bytes are while they come in; a rename within one file system is atomic. */
const STAGING = 'staging';

/** Bytes that are read or written at once. */
const CHUNK = 512 * 1024;

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

/**
 * Files in a directory: `<project>/<first two digits>/<sha256>.<random>`. The name tells the content; the random end
 * makes sure that the bytes of a new file are not those that are about to be deleted.
 */
export class DiskDriver implements FileDriver {
  constructor(private readonly root: string) {}

  async check(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await access(this.root, constants.W_OK);
  }

  async stage(project: string, bytes: Readable): Promise<StagedBytes> {
    const staging = join(this.root, project, STAGING);
    await mkdir(staging, { recursive: true, mode: 0o700 });
    const path = join(staging, randomBytes(12).toString('hex'));
    const discard = () => rm(path, { force: true });
    try {
      // `flush` syncs the file before it is closed.
      const target = createWriteStream(path, {
        flags: 'wx',
        mode: 0o600,
        flush: true,
        highWaterMark: 2 * CHUNK,
      });
      await pipeline(bytes, target);
    } catch (error) {
      await discard();
      throw error;
    }
    return { discard, keep: (name) => this.keep(project, path, name) };
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const file = await open(join(this.root, key), 'r');
      return file.createReadStream({ ...range, highWaterMark: CHUNK });
    } catch (error) {
      if (isMissing(error)) throw new MissingBytesError(key);
      throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await rm(join(this.root, key), { force: true });
  }

  async *list(project: string): AsyncIterable<StoredBytes> {
    for (const shard of await this.shards(project))
      for await (const { name } of await opendir(join(this.root, project, shard))) {
        const key = `${project}/${shard}/${name}`;
        const found = await stat(join(this.root, key)).catch(() => undefined);
        if (found) yield { key, size: found.size, modified: found.mtime };
      }
  }

  async sweep(project: string, before: Date): Promise<void> {
    const staging = join(this.root, project, STAGING);
    for (const name of await readdir(staging).catch(() => [])) {
      const path = join(staging, name);
      const found = await stat(path).catch(() => undefined);
      // The time is that of the last write: an upload that goes on is younger.
      if (found && found.mtime < before) await rm(path, { force: true });
    }
  }

  private async keep(project: string, staged: string, name: string): Promise<string> {
    const key = `${project}/${name.slice(0, 2)}/${name}.${randomBytes(4).toString('hex')}`;
    const path = join(this.root, key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await rename(staged, path);
    await syncDirectory(dirname(path));
    return key;
  }

  private async shards(project: string): Promise<string[]> {
    const entries = await readdir(join(this.root, project), { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isDirectory() && entry.name !== STAGING).map(({ name }) => name);
  }
}

/** A rename is durable once the directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
