import { Injectable } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { BlobReader } from '../blobs/blob-reader.service.js';
import { Blobs } from '../blobs/blobs.service.js';
import { Scanner } from './scanner.service.js';

/** Scans files that were there before scanning was turned on. Until then they are not served. */
@Injectable()
export class Backlog {
  constructor(
    private readonly scanner: Scanner,
    private readonly blobs: Blobs,
    private readonly reader: BlobReader,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(Backlog.name);
  }

  /** @throws CoglexError `scanner_unavailable` */
  async scan(signal?: AbortSignal): Promise<void> {
    if (!this.scanner.isOn) return;
    const unscanned = { scanned: { $exists: false }, infected: { $exists: false } };
    for await (const blob of this.blobs.blobs().find(unscanned)) {
      if (signal?.aborted) return;
      const verdict = await this.scanner.examine(() => this.reader.open(blob));
      const found = verdict?.clean === false ? { infected: verdict.signature } : { scanned: new Date() };
      await this.blobs.blobs().updateOne({ _id: blob._id }, { $set: found });
      if ('infected' in found) this.logger.warn({ blob: blob._id, ...found }, 'A stored file holds a virus');
    }
  }
}
