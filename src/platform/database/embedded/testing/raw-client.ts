import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decode, encode } from '../bson/codec.js';
import { parseEndpoint } from '../protocol/endpoint.js';
import { FrameReader, HEADER_BYTES, OP_MSG, writeFrame, type Frame } from '../protocol/frames.js';
import type { Document } from '../types.js';

/** A connection that speaks the protocol byte by byte, also wrongly. */
export class RawClient {
  private readonly reader = new FrameReader();
  private readonly frames: Frame[] = [];
  private wake?: () => void;
  private isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => {
      this.frames.push(...this.reader.push(bytes));
      this.wake?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.wake?.();
    });
  }

  static async connect(uri: string): Promise<RawClient> {
    const { socketPath, host, port } = parseEndpoint(uri);
    const socket = socketPath === undefined ? connect(port ?? 0, host) : connect(socketPath);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  send(requestId: number, command: Document, flags = 0): void {
    this.write(message(requestId, command, flags));
  }

  /** The next answer, or `undefined` when the server closes the connection instead. */
  async receive(): Promise<{ responseTo: number; opCode: number; body: Document } | undefined> {
    while (this.frames.length === 0 && !this.isClosed)
      await new Promise<void>((resolve) => (this.wake = resolve));
    const frame = this.frames.shift();
    if (!frame) return undefined;
    const offset = frame.opCode === OP_MSG ? 5 : 20;
    return {
      responseTo: frame.bytes.readInt32LE(8),
      opCode: frame.opCode,
      body: decode(frame.bytes.subarray(HEADER_BYTES + offset)),
    };
  }

  async request(command: Document): Promise<Document | undefined> {
    this.send(1, command);
    return (await this.receive())?.body;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** An OP_MSG with one body section. */
export function message(requestId: number, command: Document, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32LE(flags, 0);
  return writeFrame(requestId, 0, OP_MSG, head, encode(command));
}

/** A section of documents beside the body. */
export function sequence(name: string, documents: readonly Document[]): Buffer {
  const body = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map((document) => encode(document))]);
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeInt32LE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
