import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network between a browser and a server that breaks once so many bytes have been sent. */
export class FlakyProxy {
  /** Address of the server; known later than that of the proxy. */
  target = '';
  /** How often the network has broken. */
  breaks = 0;
  private breakAfter = Infinity;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((client) => this.relay(client));
  }

  static async start(): Promise<FlakyProxy> {
    const proxy = new FlakyProxy();
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection when clients have sent so many bytes from now on. */
  breakOnceAfter(bytes: number): void {
    this.breakAfter = bytes;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private relay(client: Socket): void {
    const server = connect(Number(new URL(this.target).port), '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (data) => {
      this.breakAfter -= data.length;
      if (this.breakAfter > 0) return void server.write(data);
      this.breakAfter = Infinity;
      this.breaks += 1;
      for (const socket of this.sockets) socket.destroy();
    });
    server.pipe(client);
  }
}
