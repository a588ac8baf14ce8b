import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** By lower-case name; the last one of a name. */
  headers: Record<string, string>;
  body: string;
}

const HEAD_END = '\r\n\r\n';

/** A TCP connection that speaks HTTP by hand, for what `fetch` is too polite to send. */
export class RawConnection {
  /** Resolves when the connection is closed, by whichever side and for whatever reason. */
  readonly closed: Promise<void>;
  private received = Buffer.alloc(0);

  private constructor(private readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => (this.received = Buffer.concat([this.received, chunk])));
    // A server that refuses resets while there is still something to send.
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Opens a connection, sends a request, returns the first answer and closes. */
  static async exchange(url: string, request: string | Buffer): Promise<RawAnswer> {
    const connection = await RawConnection.open(url);
    connection.write(request);
    try {
      return await connection.answer();
    } finally {
      connection.destroy();
    }
  }

  write(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** @returns the next answer. @throws Error when the connection is closed before there is a whole one */
  async answer(): Promise<RawAnswer> {
    for (;;) {
      const answer = this.take();
      if (answer) return answer;
      if (this.socket.closed) throw new Error(`Closed after ${JSON.stringify(this.text)}`);
      await Promise.race([once(this.socket, 'data'), this.closed]);
    }
  }

  /** What has been received and not been taken as an answer. */
  get text(): string {
    return this.received.toString();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private take(): RawAnswer | undefined {
    const end = this.received.indexOf(HEAD_END);
    if (end < 0) return undefined;
    const [statusLine, ...lines] = this.received.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    );
    const start = end + HEAD_END.length;
    const length = Number(headers['content-length'] ?? 0);
    if (this.received.length < start + length) return undefined;
    const body = this.received.toString('utf8', start, start + length);
    this.received = this.received.subarray(start + length);
    return { status: Number(statusLine.split(' ')[1]), headers, body };
  }
}
