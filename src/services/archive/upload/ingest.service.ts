import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { NewBlob } from '../blobs/blob.js';
import { Drivers } from '../drivers/drivers.service.js';
import type { DriverName, StagedBytes } from '../drivers/file-driver.js';
import { Scanner } from '../scanning/scanner.service.js';
import { Inspector, type Inspection } from './inspector.js';

/** Bytes that are durable and known, but belong to no file yet. */
export interface Staged extends Inspection {
  driver: DriverName;
  bytes: StagedBytes;
}

/** Takes bytes in: streams them to the driver, and finds out what they are on the way. */
@Injectable()
export class Ingest {
  constructor(
    private readonly drivers: Drivers,
    private readonly scanner: Scanner,
    private readonly context: ProjectContext,
    private readonly config: Config,
  ) {}

  /** Reads a stream to its end. When it fails, or its type is not allowed, nothing is left. */
  async stage(source: Readable, filename: string, types: readonly string[] = []): Promise<Staged> {
    const driver = this.drivers.current;
    const inspector = new Inspector({ filename, types: [this.config.ARCHIVE_TYPES, types] });
    const [passed, staged] = await Promise.allSettled([
      pipeline(source, inspector),
      this.drivers.get(driver).stage(this.context.project, inspector),
    ]);
    if (passed.status === 'fulfilled' && staged.status === 'fulfilled')
      return { ...inspector.result(), driver, bytes: staged.value };
    if (staged.status === 'fulfilled') await staged.value.discard();
    // When the driver fails it ends the stream early, which is then not the reason.
    throw reasonOf(passed, staged);
  }

  /**
   * Keeps staged bytes, when clamd finds nothing in them.
   *
   * @throws CoglexError `file_infected` or `scanner_unavailable`; the bytes are gone then
   */
  async keep({ driver, bytes, sha256, size }: Staged): Promise<NewBlob> {
    let key: string | undefined;
    try {
      const kept = (key = await bytes.keep(sha256));
      const scanned = await this.scanner.scan(() => this.drivers.get(driver).read(kept));
      return { sha256, size, driver, parts: [{ key, size }], scanned };
    } catch (error) {
      await (key === undefined ? bytes.discard() : this.drivers.get(driver).delete(key));
      throw error;
    }
  }
}

const isCut = (error: unknown) => (error as NodeJS.ErrnoException)?.code === 'ERR_STREAM_PREMATURE_CLOSE';

function reasonOf(...results: PromiseSettledResult<unknown>[]): unknown {
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  return reasons.find((reason) => !isCut(reason)) ?? reasons[0];
}
