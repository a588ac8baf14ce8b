import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the stand-in fails instead of answering. */
export type Failure = 'null' | 'empty' | 'html' | 'list' | 'slow' | 'error' | 'hang-up' | 'redirect';

interface Grant {
  redirect: string;
  challenge: string;
}

const FAILURES: Record<Exclude<Failure, 'slow' | 'hang-up'>, [status: number, type: string, body: string]> = {
  null: [200, 'application/json', 'null'],
  empty: [200, 'application/json', ''],
  html: [200, 'text/html', '<h1>We are down</h1>'],
  list: [200, 'application/json', '[]'],
  error: [500, 'application/json', '{"error":{"message":"hidden","code":190}}'],
  redirect: [302, 'text/plain', ''],
};

/** Speaks OAuth as Google and Facebook do: a page that asks, a token endpoint with PKCE, and who somebody is. */
export class OAuthStandIn {
  /** Who signs in at the page. */
  person: Record<string, unknown> = { sub: '1', name: 'Ada', email: 'ada@example.com', email_verified: true };
  tokenFailure?: Failure;
  userinfoFailure?: Failure;
  private readonly grants = new Map<string, Grant>();
  private readonly tokens = new Map<string, Record<string, unknown>>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<OAuthStandIn> {
    const standIn = new OAuthStandIn();
    standIn.server.listen(0, '127.0.0.1');
    await once(standIn.server, 'listening');
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Settings by which a server takes the stand-in for Google or Facebook. */
  settings(name: 'GOOGLE' | 'FACEBOOK'): Record<string, string> {
    return {
      [`${name}_CLIENT_ID`]: 'client',
      [`${name}_CLIENT_SECRET`]: 'client-secret',
      [`${name}_AUTHORIZATION_URL`]: `${this.url}/authorize`,
      [`${name}_TOKEN_URL`]: `${this.url}/token`,
      [`${name}_USERINFO_URL`]: `${this.url}/userinfo`,
    };
  }

  /** What the page does when its user allows: @returns the address that the browser is sent to */
  allow(authorizationUrl: string): URL {
    const { searchParams: asked } = new URL(authorizationUrl);
    const code = randomBytes(8).toString('hex');
    const redirect = asked.get('redirect_uri') ?? '';
    this.grants.set(code, { redirect, challenge: asked.get('code_challenge') ?? '' });
    const back = new URL(redirect);
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state') ?? '');
    return back;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (url.pathname === '/authorize') return this.page(url, response);
    const failure = url.pathname === '/token' ? this.tokenFailure : this.userinfoFailure;
    if (failure === 'slow') return;
    if (failure === 'hang-up') return void request.socket.destroy();
    if (failure) {
      const [status, type, body] = FAILURES[failure];
      response.writeHead(status, { 'content-type': type, location: `${this.url}/elsewhere` }).end(body);
      return;
    }
    if (url.pathname === '/token') return this.token(await bodyOf(request), response);
    if (url.pathname === '/userinfo') return this.userinfo(request, response);
    send(response, 404, {});
  }

  private page(url: URL, response: ServerResponse): void {
    const denied = new URL(url.searchParams.get('redirect_uri') ?? '');
    denied.searchParams.set('error', 'access_denied');
    denied.searchParams.set('state', url.searchParams.get('state') ?? '');
    const link = (href: string, label: string) => `<a href="${href.replaceAll('&', '&amp;')}">${label}</a>`;
    const html = `<h1>Sign in</h1>${link(this.allow(url.href).href, 'Allow')} ${link(denied.href, 'Deny')}`;
    response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  }

  private token(body: URLSearchParams, response: ServerResponse): void {
    const code = body.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    const challenge = createHash('sha256')
      .update(body.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      grant?.redirect === body.get('redirect_uri') &&
      grant?.challenge === challenge &&
      body.get('client_secret') === 'client-secret';
    if (!isRight) return send(response, 400, { error: 'invalid_grant' });
    const token = randomBytes(8).toString('hex');
    this.tokens.set(token, this.person);
    send(response, 200, { access_token: token, token_type: 'Bearer', expires_in: 3600 });
  }

  private userinfo(request: IncomingMessage, response: ServerResponse): void {
    const token = /^Bearer (\w+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const person = this.tokens.get(token);
    send(response, person ? 200 : 401, person ?? { error: { message: 'Invalid OAuth access token.' } });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}
