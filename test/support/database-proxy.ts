import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MongoClient } from 'mongodb';
import { relay, watch } from './relay.js';
import { testDatabaseUri } from './test-app.js';

type Line = 'open' | 'cut' | 'stalled';

/** Stands between an application and the test database; can cut the line, or let it fall silent. */
export class DatabaseProxy {
  /** How many connections there have been. */
  accepted = 0;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private line: Line) {
    this.server = createServer((socket) => this.accept(socket));
  }

  /** @param port where to listen; a free port by default */
  static async start({ reachable = true, port = 0 } = {}): Promise<DatabaseProxy> {
    const proxy = new DatabaseProxy(reachable ? 'open' : 'cut');
    await new Promise<void>((resolve) => proxy.server.listen(port, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Address for `MONGODB_URI`. */
  get uri(): string {
    const uri = testDatabaseUri().replace(/^(mongodb:\/\/(?:[^@/]*@)?)[^/?]+/, `$1127.0.0.1:${this.port}`);
    const separator = uri.includes('?') ? '&' : uri.slice('mongodb://'.length).includes('/') ? '?' : '/?';
    return uri.includes('directConnection') ? uri : `${uri}${separator}directConnection=true`;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.line = 'cut';
    for (const socket of this.sockets) socket.destroy();
  }

  /** Keeps connections and accepts new ones, but lets nothing through any more. */
  stall(): void {
    this.line = 'stalled';
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  /** Serves again. Connections from before are gone: nobody can tell what was lost on them. */
  restore(): void {
    for (const socket of this.sockets) socket.destroy();
    this.line = 'open';
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    if (this.line === 'cut') {
      client.destroy();
      return;
    }
    watch(this.sockets, client);
    if (this.line === 'stalled') return;
    const { host, port, socketPath } = new MongoClient(testDatabaseUri()).options.hosts[0];
    const database = socketPath ? connect(socketPath) : connect(port ?? 27017, host);
    watch(this.sockets, database);
    relay(client, database);
  }
}
