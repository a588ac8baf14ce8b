import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../support/free-port.ts';
import { relay, watch } from '../../support/relay.ts';

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
    const line = new FaultyLine(await freePort(), target);
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
    this.server = createServer((socket) => this.accept(socket)).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private accept(client: Socket): void {
    watch(this.sockets, client);
    if (this.isStalled) return void client.pause();
    const server = connect(this.target, '127.0.0.1');
    watch(this.sockets, server);
    relay(client, server);
  }
}
