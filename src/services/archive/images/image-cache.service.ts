import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Config } from '../../../platform/config/config.js';

/** Images that were made before, on disk; the ones that nobody has asked for the longest go first. */
@Injectable()
export class ImageCache {
  private readonly directory: string;
  private readonly sizes?: LRUCache<string, number>;
  private loading?: Promise<void>;

  constructor({ DATA_DIR, ARCHIVE_IMAGE_CACHE: room }: Config) {
    this.directory = join(DATA_DIR, 'cache', 'images');
    if (room === 0) return;
    this.sizes = new LRUCache<string, number>({
      maxSize: room,
      sizeCalculation: (bytes) => Math.max(bytes, 1),
      dispose: (_bytes, name, reason) => {
        if (reason !== 'set') void rm(this.path(name), { force: true }).catch(() => undefined);
      },
    });
  }

  /** @param name digits and letters that tell project, bytes and wishes apart */
  async get(name: string): Promise<Buffer | undefined> {
    await this.load();
    if (this.sizes?.get(name) === undefined) return undefined;
    return readFile(this.path(name)).catch(() => undefined);
  }

  /** A cache that cannot be written is none; it fails nobody. */
  async set(name: string, image: Buffer): Promise<void> {
    if (!this.sizes) return;
    const draft = `${this.path(name)}.${randomBytes(4).toString('hex')}`;
    try {
      await writeFile(draft, image, { mode: 0o600 });
      await rename(draft, this.path(name));
      this.sizes.set(name, image.length);
    } catch {
      await rm(draft, { force: true });
    }
  }

  private load(): Promise<void> {
    return (this.loading ??= this.readDirectory().catch(() => undefined));
  }

  /** What an earlier process has left, the oldest first. */
  private async readDirectory(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const names = await readdir(this.directory);
    const found = await Promise.all(
      names.map(async (name) => ({ name, ...(await stat(this.path(name)).catch(() => undefined)) })),
    );
    for (const { name, size = 0 } of found.sort((one, other) => (one.mtimeMs ?? 0) - (other.mtimeMs ?? 0)))
      if (name.includes('.')) await rm(this.path(name), { force: true });
      else this.sizes?.set(name, size);
  }

  private path(name: string): string {
    return join(this.directory, name);
  }
}
