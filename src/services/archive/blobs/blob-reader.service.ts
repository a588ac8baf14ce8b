import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Config } from '../../../platform/config/config.js';
import { Drivers } from '../drivers/drivers.service.js';
import type { ByteRange } from '../drivers/file-driver.js';
import type { Blob, BlobPart } from './blob.js';
import { Blobs } from './blobs.service.js';

/** Reads the bytes of blobs, and keeps them alive meanwhile. */
@Injectable()
export class BlobReader {
  constructor(
    private readonly drivers: Drivers,
    private readonly blobs: Blobs,
    private readonly config: Config,
  ) {}

  /**
   * Opens a blob, or a part of it, and keeps it until the stream is closed.
   *
   * @throws MissingBytesError before the first byte
   */
  async open(blob: Blob, range?: ByteRange): Promise<Readable> {
    const bytes = await this.readUnheld(blob, range);
    this.keepAlive(blob, bytes);
    return bytes;
  }

  /** The same, of bytes that nobody else can delete meanwhile. */
  async readUnheld(blob: Bytes, range: ByteRange = { start: 0, end: blob.size - 1 }): Promise<Readable> {
    if (blob.size === 0) return Readable.from([]);
    const [head, ...rest] = piecesOf(blob.parts, range);
    const first = await this.drivers.get(blob.driver).read(head.key, head.range);
    return rest.length === 0 ? first : Readable.from(this.chain(blob, first, rest), { objectMode: false });
  }

  private async *chain(blob: Bytes, first: Readable, rest: Piece[]): AsyncGenerator<Buffer> {
    yield* first as AsyncIterable<Buffer>;
    for (const { key, range } of rest)
      yield* (await this.drivers.get(blob.driver).read(key, range)) as AsyncIterable<Buffer>;
  }

  /** A download that outlasts the grace holds the blob again and again; most never come to that. */
  private keepAlive({ _id }: Blob, bytes: Readable): void {
    const timer = setInterval(
      () => void this.blobs.hold(_id).catch(() => undefined),
      this.config.ARCHIVE_GRACE * 500,
    );
    timer.unref();
    bytes.once('close', () => clearInterval(timer));
  }
}

/** Where bytes are. */
type Bytes = Pick<Blob, 'driver' | 'parts' | 'size'>;

interface Piece {
  key: string;
  range?: ByteRange;
}

/** Which parts hold a range, and what of each. */
export function piecesOf(parts: readonly BlobPart[], { start, end }: ByteRange): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const { key, size } of parts) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, size - 1);
    if (from <= to)
      pieces.push(from === 0 && to === size - 1 ? { key } : { key, range: { start: from, end: to } });
    offset += size;
  }
  return pieces;
}
