import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './build.js';

const BUNDLE = join(ROOT, 'node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js');

const PAGE = `<!doctype html><title>Client</title><script src="/webauthn.js"></script><script>
  const csrf = () => /CSRF-Token=([^;]+)/.exec(document.cookie)?.[1];
  window.call = async (method, path, body) => {
    const headers = { 'x-api-key': window.apiKey, 'x-csrf-token': csrf() ?? '' };
    if (body) headers['content-type'] = 'application/json';
    const answer = await fetch('/service/auth/v1' + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
</script>`;

/**
 * A page of an application and, under the same origin, the server that it talks to, as behind a reverse proxy: cookies,
 * origins and passkeys are those of the page.
 */
export class ClientPage {
  /** Where the server listens; known only after it has started. */
  target = '';
  private readonly server: Server;

  private constructor() {
    this.server = createServer((incoming, outgoing) => {
      if (incoming.url === '/webauthn.js') return outgoing.end(readFileSync(BUNDLE));
      if (!incoming.url?.startsWith('/service/'))
        return outgoing.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      const { method, headers } = incoming;
      const forwarded = request(this.target + incoming.url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      return incoming.pipe(forwarded);
    });
  }

  static async start(): Promise<ClientPage> {
    const page = new ClientPage();
    page.server.listen(0, '127.0.0.1');
    await once(page.server, 'listening');
    return page;
  }

  /** By name: a passkey belongs to a name, not to an address. */
  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
