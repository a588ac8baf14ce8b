/**
 * MongoDB's wire protocol: every message is `[i32 length][i32 request id][i32 response to][i32 op code]` and a body.
 * Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
 */
export const HEADER_BYTES = 16;
export const MAX_MESSAGE_BYTES = 48_000_000;

export const OP_REPLY = 1;
export const OP_QUERY = 2004;
export const OP_COMPRESSED = 2012;
export const OP_MSG = 2013;

export interface Frame {
  requestId: number;
  opCode: number;
  /** The whole message, as checksums cover it. */
  bytes: Buffer;
  /** What follows the header. */
  body: Buffer;
}

/** Thrown for bytes that are not the protocol; the connection cannot go on. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Cuts a stream of bytes into messages. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private buffered = 0;
  private wanted = HEADER_BYTES;

  /**
   * @returns the messages that `bytes` completes
   * @throws ProtocolError
   */
  *push(bytes: Buffer): Generator<Frame> {
    this.chunks.push(bytes);
    this.buffered += bytes.length;
    while (this.buffered >= this.wanted) {
      const buffer = this.join();
      const length = buffer.readInt32LE(0);
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES)
        throw new ProtocolError(`A message cannot be ${length} bytes long`);
      if (buffer.length < length) {
        this.wanted = length;
        return;
      }
      this.chunks = [buffer.subarray(length)];
      this.buffered -= length;
      this.wanted = HEADER_BYTES;
      yield {
        requestId: buffer.readInt32LE(4),
        opCode: buffer.readInt32LE(12),
        bytes: buffer.subarray(0, length),
        body: buffer.subarray(HEADER_BYTES, length),
      };
    }
  }

  private join(): Buffer {
    const buffer = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks, this.buffered);
    this.chunks = [buffer];
    return buffer;
  }
}

/** Puts the header in front of a body. */
export function writeFrame(
  requestId: number,
  responseTo: number,
  opCode: number,
  ...body: Uint8Array[]
): Buffer {
  const length = body.reduce((sum, part) => sum + part.length, HEADER_BYTES);
  const frame = Buffer.allocUnsafe(length);
  frame.writeInt32LE(length, 0);
  frame.writeInt32LE(requestId, 4);
  frame.writeInt32LE(responseTo, 8);
  frame.writeInt32LE(opCode, 12);
  let offset = HEADER_BYTES;
  for (const part of body) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}
