import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { authAnswer, healthAnswer, secretAnswer, tokenAnswer, VaultState } from './vault-state.ts';

/** Where the secret of the tests is, in the API. */
export const VAULT_PATH = 'secret/data/coglex';

/** A request as it came. */
export interface SeenRequest {
  method: string;
  path: string;
  token?: string;
  namespace?: string;
}

interface Answer {
  status: number;
  body?: unknown;
  /** Sent as it is, instead of a body. */
  raw?: string | Buffer;
  headers?: Record<string, string>;
}

const refusal = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });
const DENIED = refusal(403, 'permission denied');

/**
 * What of HashiCorp Vault the product speaks, over HTTP: logins by AppRole and Kubernetes, tokens that live and are renewed,
 * and KV version 2. It can be stopped, frozen and sealed.
 */
export class VaultServer {
  readonly state = new VaultState();
  readonly requests: SeenRequest[] = [];
  sealed = false;
  /** Answers to whatever matches, in the place of those of Vault. */
  override?: (request: SeenRequest) => Answer | undefined;
  private server?: Server;
  private port = 0;
  private frozen = false;

  static async start(): Promise<VaultServer> {
    const vault = new VaultServer();
    await vault.startAgain();
    return vault;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Settings of an application that comes with a token. */
  tokenEnv(terms?: Parameters<VaultState['createToken']>[0]): Record<string, string> {
    return { VAULT_ADDR: this.url, VAULT_TOKEN: this.state.createToken(terms).text };
  }

  /** Settings of an application that logs in by AppRole. */
  appRoleEnv(): Record<string, string> {
    this.state.roles.set('role-of-coglex', 'secret-id-of-coglex');
    return { VAULT_ADDR: this.url, VAULT_ROLE_ID: 'role-of-coglex', VAULT_SECRET_ID: 'secret-id-of-coglex' };
  }

  /** Writes a new version of the secret; `null` deletes it. */
  put(data: Record<string, unknown> | null): void {
    this.state.put(VAULT_PATH, data);
  }

  /** On the same port, with all that it knew. */
  async startAgain(): Promise<void> {
    const server = createServer((request, response) => void this.handle(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  /** Takes connections and answers nothing, until {@link thaw}. */
  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => '');
    if (this.frozen) return;
    const { status, body: answer, raw, headers } = this.answer(request, body);
    response.writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...headers,
    });
    response.end(raw ?? (answer === undefined ? '' : JSON.stringify(answer)));
  }

  private answer({ method = '', url = '', headers }: IncomingMessage, body: string): Answer {
    const path = url.replace(/^\/v1\//, '').replace(/\?.*/, '');
    const seen: SeenRequest = {
      method,
      path,
      token: headers['x-vault-token'] as string | undefined,
      namespace: headers['x-vault-namespace'] as string | undefined,
    };
    this.requests.push(seen);
    const overridden = this.override?.(seen);
    if (overridden) return overridden;
    if (path === 'sys/health') return { status: this.sealed ? 503 : 200, body: healthAnswer(this.sealed) };
    if (this.sealed) return refusal(503, 'Vault is sealed');
    if (path.endsWith('/login')) return this.logIn(path, JSON.parse(body) as Record<string, string>);
    return this.answerToken(seen);
  }

  private logIn(path: string, sent: Record<string, string>): Answer {
    const { roles, accounts } = this.state;
    if (path === 'auth/approle/login') {
      if (roles.get(sent.role_id) !== (sent.secret_id ?? ''))
        return refusal(400, 'invalid role or secret ID');
    } else if (path === 'auth/kubernetes/login') {
      if (accounts.get(sent.role) === undefined) return refusal(400, `invalid role name "${sent.role}"`);
      if (accounts.get(sent.role) !== sent.jwt) return DENIED;
    } else return refusal(404, `no handler for route "${path}". route entry not found.`);
    return { status: 200, body: authAnswer(this.state.createToken({}, path)) };
  }

  private answerToken({ method, path, token: text }: SeenRequest): Answer {
    const token = this.state.goodToken(text);
    if (!token) return DENIED;
    if (method === 'GET' && path === 'auth/token/lookup-self')
      return { status: 200, body: tokenAnswer(token) };
    if (method === 'POST' && path === 'auth/token/renew-self')
      return token.renewable
        ? { status: 200, body: authAnswer(this.state.renew(token)) }
        : refusal(400, 'lease is not renewable');
    if (method === 'POST' && path === 'auth/token/revoke-self') {
      this.state.tokens.delete(token.text);
      return { status: 204 };
    }
    const versions = method === 'GET' ? this.state.secrets.get(path) : undefined;
    // Policies name paths: what is elsewhere is not even told to be missing.
    if (!path.startsWith('secret/data/')) return DENIED;
    if (!versions) return refusal(404);
    return { status: versions.at(-1)?.data ? 200 : 404, body: secretAnswer(versions) };
  }
}
