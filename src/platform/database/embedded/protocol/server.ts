import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../logger.js';
import { Connection } from './connection.js';
import { portUri, socketUri, type Endpoint } from './endpoint.js';
import type { Dispatch } from './request.js';

/** The path of a Unix socket has 108 bytes on Linux and 104 on macOS, with the zero at its end. */
const MAX_SOCKET_PATH = 103;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
export const SOCKET_FILE = 'engine.sock';

/** Accepts clients and remembers who is connected. */
export class ProtocolServer {
  private readonly server: Server;
  private readonly connections = new Map<number, Connection>();
  private accepted = 0;
  private temporary?: string;

  constructor(dispatch: Dispatch, logger: Logger) {
    this.server = createServer((socket) => {
      const connection = new Connection(++this.accepted, socket, dispatch, logger);
      this.connections.set(connection.id, connection);
      socket.on('close', () => this.connections.delete(connection.id));
    });
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  get totalConnections(): number {
    return this.accepted;
  }

  /**
   * @param directory where the socket goes unless the endpoint says otherwise; must be private to its owner
   * @returns the connection string for drivers
   */
  async listen(endpoint: Endpoint, directory: string): Promise<string> {
    if (endpoint.host !== undefined || endpoint.port !== undefined || process.platform === 'win32')
      return this.listenOnPort(endpoint.host ?? '127.0.0.1', endpoint.port ?? 0);
    const path = await this.socketPath(endpoint.socketPath ?? join(directory, SOCKET_FILE));
    // The directory is locked: what lies there was left behind by a process that is gone.
    await rm(path, { force: true });
    await this.bind({ path });
    await chmod(path, 0o600);
    return socketUri(path);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of this.connections.values()) connection.close();
    await closed;
    if (this.temporary) await rm(this.temporary, { recursive: true, force: true });
  }

  private async listenOnPort(host: string, port: number): Promise<string> {
    if (!LOOPBACK.has(host))
      throw new Error(
        `The engine has no authentication and listens on the loopback interface only, not ${host}`,
      );
    await this.bind({ host, port });
    const address = this.server.address() as AddressInfo;
    return portUri(host, address.port);
  }

  private async socketPath(path: string): Promise<string> {
    if (Buffer.byteLength(path) <= MAX_SOCKET_PATH) return path;
    this.temporary = await mkdtemp(join(tmpdir(), 'coglex-'));
    return join(this.temporary, SOCKET_FILE);
  }

  private bind(options: ListenOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(options, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }
}
