import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web site of one empty page, which is another origin than the API. */
export class StaticSite {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<StaticSite> {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>A shop</title>');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new StaticSite(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
