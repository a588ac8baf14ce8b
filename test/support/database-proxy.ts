import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import { testDatabaseUri } from './test-app.js';

/** Stands between an application and the test database, and can cut the line. */
export class DatabaseProxy {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private reachable: boolean) {
    this.server = createServer((socket) => this.accept(socket));
  }

  static async start({ reachable = true } = {}): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(reachable);
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** Address for `MONGODB_URI`. */
  get uri(): string {
    const { port } = this.server.address() as AddressInfo;
    const uri = testDatabaseUri().replace(/^(mongodb:\/\/(?:[^@/]*@)?)[^/?]+/, `$1127.0.0.1:${port}`);
    const separator = uri.includes('?') ? '&' : uri.slice('mongodb://'.length).includes('/') ? '?' : '/?';
    return uri.includes('directConnection') ? uri : `${uri}${separator}directConnection=true`;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.reachable = false;
    for (const socket of this.sockets) socket.destroy();
  }

  restore(): void {
    this.reachable = true;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    if (!this.reachable) {
      client.destroy();
      return;
    }
    const { host, port, socketPath } = new MongoClient(testDatabaseUri()).options.hosts[0];
    const database = socketPath ? connect(socketPath) : connect(port ?? 27017, host);
    for (const [from, to] of [
      [client, database],
      [database, client],
    ]) {
      this.sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
