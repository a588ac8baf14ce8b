import { Readable } from 'node:stream';

/**
 * Cuts a stream into pieces that are each durable before the next begins. When the stream fails its last piece simply
 * ends: what has come is not lost.
 */
export class Segments {
  /** Why the stream ended early. */
  failure?: unknown;
  private readonly source: AsyncIterator<Buffer, undefined>;
  private next?: Buffer;

  constructor(
    stream: AsyncIterable<Buffer>,
    private readonly maxBytes: number,
    private readonly onChunk: (chunk: Buffer) => void,
  ) {
    this.source = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  }

  /** The next piece, to be read to its end before one asks again; `undefined` after the last. */
  async take(): Promise<Readable | undefined> {
    this.next ??= await this.pull();
    return this.next && Readable.from(this.piece(), { objectMode: false });
  }

  private async *piece(): AsyncGenerator<Buffer> {
    for (let bytes = 0; this.next && bytes < this.maxBytes; this.next = await this.pull()) {
      bytes += this.next.length;
      this.onChunk(this.next);
      yield this.next;
    }
  }

  private async pull(): Promise<Buffer | undefined> {
    if (this.failure !== undefined) return undefined;
    try {
      const { value, done } = await this.source.next();
      return done ? undefined : value;
    } catch (error) {
      this.failure = error;
      return undefined;
    }
  }
}
