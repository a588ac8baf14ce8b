import { Agent, request, type Dispatcher } from 'undici';
import { VaultError } from './vault-error.js';

/** Largest answer, in bytes: a secret of KV may have 1 MB. */
const MAX_ANSWER = 2 * 1024 * 1024;

/** What the client wants to have done. */
export interface VaultRequest {
  method: Dispatcher.HttpMethod;
  uri: string;
  headers?: Record<string, string>;
  json?: unknown;
}

/** An answer as the client takes it. */
export interface VaultResponse {
  statusCode: number;
  body: unknown;
  request: { path: string };
}

/** Carries the requests of the client. */
export interface VaultTransport {
  send(request: VaultRequest): Promise<VaultResponse>;
  close(): Promise<void>;
}

/**
 * Bounds time and size of what is received, which the client's own transport does not, and shows nothing of what was sent.
 *
 * @param ca certificates to trust instead of those of Node.js
 */
export function createVaultTransport(options: { timeoutMs: number; ca?: string }): VaultTransport {
  const { timeoutMs, ca } = options;
  const agent = new Agent({
    connections: 4,
    maxResponseSize: MAX_ANSWER,
    connect: { ca, timeout: timeoutMs },
  });
  const once = async ({ method, uri, headers, json }: VaultRequest): Promise<Dispatcher.ResponseData> =>
    request(uri, {
      method,
      // Agents of Vault can be told to answer nobody without this header.
      headers: {
        ...headers,
        'x-vault-request': 'true',
        ...(json ? { 'content-type': 'application/json' } : {}),
      },
      body: json ? JSON.stringify(json) : undefined,
      dispatcher: agent,
      signal: AbortSignal.timeout(timeoutMs),
    });
  return {
    async send(sent) {
      try {
        let answer = await once(sent);
        const to = redirection(sent.uri, answer);
        if (to !== undefined) {
          await answer.body.dump();
          answer = await once({ ...sent, uri: to });
        }
        const path = new URL(sent.uri).pathname;
        return { statusCode: answer.statusCode, body: parse(await answer.body.text()), request: { path } };
      } catch (error) {
        throw error instanceof VaultError ? error : unreachable(error);
      }
    },
    close: () => agent.destroy(),
  };
}

/** A standby sends to the active node: once, and never from TLS to none. */
function redirection(from: string, { statusCode, headers }: Dispatcher.ResponseData): string | undefined {
  if (![301, 302, 307, 308].includes(statusCode) || typeof headers.location !== 'string') return undefined;
  if (!URL.canParse(headers.location, from)) return undefined;
  const to = new URL(headers.location, from);
  const isSafe = to.protocol === 'https:' || (to.protocol === 'http:' && from.startsWith('http:'));
  if (!isSafe) throw new VaultError('unfit', 'Vault redirects to an address without TLS');
  return to.href;
}

/** Proxies answer with pages of their own: the status says the rest. */
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function unreachable(error: unknown): VaultError {
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError' || code === 'UND_ERR_CONNECT_TIMEOUT')
    return new VaultError('away', 'Vault does not answer in time');
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
    return new VaultError('unfit', `Vault answers with more than ${MAX_ANSWER / 1024 / 1024} MB`);
  if (code !== undefined && /CERT|SIGNED|ISSUER|ERR_TLS|VERIFY/.test(code))
    return new VaultError('unfit', `The certificate of Vault is not trusted (${code}): is VAULT_CACERT set?`);
  return new VaultError('away', `Vault cannot be reached (${code ?? name})`);
}
