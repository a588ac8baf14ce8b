import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands before a server that lives in this process, and that keeps what it has while the line is out of order. */
export class FaultyLine {
  readonly port: number;
  private readonly target: number;
  private readonly sockets = new Set<Socket>();
  private server?: Server;
  private isStalled = false;

  private constructor(port: number, target: number) {
    this.port = port;
    this.target = target;
  }

  /** @param target port of the loopback address */
  static async to(target: number): Promise<FaultyLine> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    probe.close();
    await once(probe, 'close');
    const line = new FaultyLine(port, target);
    await line.restore();
    return line;
  }

  /** Breaks every connection and refuses new ones. */
  async cut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    const closed = server && once(server, 'close');
    server?.close();
    this.breakAll();
    await closed;
  }

  /** Keeps connections, takes new ones, and lets nothing through. */
  stall(): void {
    this.isStalled = true;
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  async restore(): Promise<void> {
    this.isStalled = false;
    // What was sent meanwhile is lost.
    this.breakAll();
    if (this.server) return;
    this.server = createServer((socket) => this.relay(socket)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private relay(client: Socket): void {
    this.watch(client);
    if (this.isStalled) return void client.pause();
    const server = connect(this.target, '127.0.0.1');
    this.watch(server);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  }

  private watch(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}
