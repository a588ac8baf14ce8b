import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ByteRange } from '../drivers/file-driver.js';

/** Several ranges in one body: `multipart/byteranges` (RFC 9110, section 14.6). */
export interface ByteRanges {
  contentType: string;
  /** Length of the whole body. */
  length: number;
  body: Readable;
}

/** @param read opens one range; each is opened when the one before it has been sent */
export function byteRanges(
  ranges: readonly ByteRange[],
  { size, mimetype }: { size: number; mimetype: string },
  read: (range: ByteRange) => Promise<Readable>,
): ByteRanges {
  const boundary = randomBytes(16).toString('hex');
  const heads = ranges.map(
    ({ start, end }) =>
      `\r\n--${boundary}\r\nContent-Type: ${mimetype}\r\nContent-Range: bytes ${start}-${end}/${size}\r\n\r\n`,
  );
  const tail = `\r\n--${boundary}--\r\n`;
  const headBytes = heads.reduce((sum, head) => sum + head.length, tail.length);
  const rangeBytes = ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
  async function* parts(): AsyncGenerator<Buffer> {
    for (const [index, range] of ranges.entries()) {
      yield Buffer.from(heads[index]);
      yield* (await read(range)) as AsyncIterable<Buffer>;
    }
    yield Buffer.from(tail);
  }
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    length: headBytes + rangeBytes,
    body: Readable.from(parts(), { objectMode: false }),
  };
}
