import type { Readable } from 'node:stream';
import type { ByteRange, FileDriver, StagedBytes, StoredBytes } from './file-driver.js';

/** A driver that is loaded with the first bytes: its library takes memory that nobody misses who does not use it. */
export class LazyDriver implements FileDriver {
  private loaded?: Promise<FileDriver>;

  constructor(private readonly load: () => Promise<FileDriver>) {}

  async stage(project: string, bytes: Readable): Promise<StagedBytes> {
    // A source that breaks off meanwhile must not end the process for want of a listener; the driver finds it broken.
    bytes.on('error', () => undefined);
    return (await this.driver).stage(project, bytes);
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    return (await this.driver).read(key, range);
  }

  async delete(key: string): Promise<void> {
    await (await this.driver).delete(key);
  }

  async *list(project: string): AsyncIterable<StoredBytes> {
    yield* (await this.driver).list(project);
  }

  async sweep(project: string, before: Date): Promise<void> {
    await (await this.driver).sweep(project, before);
  }

  async check(signal: AbortSignal): Promise<void> {
    await (await this.driver).check?.(signal);
  }

  async close(): Promise<void> {
    await (await this.loaded)?.close?.();
  }

  private get driver(): Promise<FileDriver> {
    return (this.loaded ??= this.load());
  }
}
