import type { Readable } from 'node:stream';
import type { ByteRange, FileDriver, StagedBytes, StoredBytes } from './file-driver.js';

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/;
const MAX_KEY = 512;
const MAX_SEGMENTS = 6;

const isSegment = (text: string) => text.length <= 200 && SEGMENT.test(text);

/**
 * Stands around every driver, so that no key leads out of where a driver keeps its bytes, whoever made the key: no
 * `..`, no absolute path, no separator of any system, no control character, nothing that is encoded.
 */
export class SafeDriver implements FileDriver {
  constructor(private readonly driver: FileDriver) {}

  async stage(project: string, bytes: Readable): Promise<StagedBytes> {
    if (!isSegment(project)) {
      bytes.destroy();
      throw unsafe(project);
    }
    const staged = await this.driver.stage(project, bytes);
    return {
      discard: () => staged.discard(),
      keep: (name) => (isSegment(name) ? staged.keep(name) : Promise.reject(unsafe(name))),
    };
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    return this.driver.read(checked(key), range);
  }

  async delete(key: string): Promise<void> {
    return this.driver.delete(checked(key));
  }

  async *list(project: string): AsyncIterable<StoredBytes> {
    if (!isSegment(project)) throw unsafe(project);
    yield* this.driver.list(project);
  }

  async sweep(project: string, before: Date): Promise<void> {
    if (!isSegment(project)) throw unsafe(project);
    return this.driver.sweep(project, before);
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.driver.check?.(signal);
  }

  async close(): Promise<void> {
    await this.driver.close?.();
  }
}

function checked(key: string): string {
  const segments = key.split('/');
  const isSafe = key.length <= MAX_KEY && segments.length > 1 && segments.length <= MAX_SEGMENTS;
  if (!isSafe || !segments.every(isSegment)) throw unsafe(key);
  return key;
}

const unsafe = (key: string) => new Error(`Not a key of stored bytes: ${JSON.stringify(key.slice(0, 100))}`);
