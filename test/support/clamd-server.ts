import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What the stand-in takes for a virus. */
export const VIRUS = 'THIS-IS-A-VIRUS';

/** Speaks clamd's commands PING and INSTREAM on a socket, and finds {@link VIRUS}. */
export class ClamdServer {
  /** Bytes that were scanned, of each stream. */
  readonly scanned: number[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(port = 0): Promise<ClamdServer> {
    const clamd = new ClamdServer();
    await new Promise<void>((resolve) => clamd.server.listen(port, '127.0.0.1', resolve));
    return clamd;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (received.toString('latin1').startsWith('zPING\0')) return socket.end('PONG\0');
      const content = streamIn(received);
      if (!content) return undefined;
      this.scanned.push(content.length);
      const found = content.includes(VIRUS);
      return socket.end(found ? 'stream: Test.Virus FOUND\0' : 'stream: OK\0');
    });
  }
}

/** The content of a whole INSTREAM command; `undefined` while it is not whole. */
function streamIn(received: Buffer): Buffer | undefined {
  const command = Buffer.from('zINSTREAM\0');
  if (!received.subarray(0, command.length).equals(command)) return undefined;
  const chunks: Buffer[] = [];
  for (let at = command.length; at + 4 <= received.length;) {
    const length = received.readUInt32BE(at);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(received.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}
