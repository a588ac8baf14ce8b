import nodeVault from 'node-vault';
import { failureOf, VaultError, type VaultAct } from './vault-error.js';
import type { VaultRequest, VaultResponse, VaultTransport } from './vault-transport.js';

/** Names and passwords of one of the ways to log in. */
export type Credentials =
  | { by: 'token'; token: string }
  | { by: 'approle'; roleId: string; secretId?: string }
  | { by: 'kubernetes'; role: string; jwt: string };

/** A token, and for how long it is good. */
export interface VaultToken {
  text: string;
  /** Seconds that it is good for from now on; `undefined` for ever. */
  ttl?: number;
  renewable: boolean;
}

const LOGINS = {
  approle: 'refuses the login by AppRole: VAULT_ROLE_ID or VAULT_SECRET_ID is wrong, expired or used up',
  kubernetes: 'refuses the login by Kubernetes: VAULT_K8S_ROLE does not fit the service account',
};

/** Status of the health of a standby that answers reads. */
const PERFORMANCE_STANDBY = 473;

/** The calls of Vault that we need, over node-vault. Every failure is a {@link VaultError}. */
export class VaultApi {
  private readonly client: nodeVault.client;
  private readonly mount?: string;

  constructor(
    options: { address: string; namespace?: string; mount?: string },
    private readonly transport: VaultTransport,
  ) {
    const { address, namespace, mount } = options;
    this.client = nodeVault({
      endpoint: address,
      // It would write tokens and secrets to the standard error when DEBUG says so.
      debug: () => undefined,
      'request-promise': { defaults: () => (sent: VaultRequest) => transport.send(sent) },
    });
    // Where nothing is said the client looks into the environment.
    Object.assign(this.client, { token: '', namespace, pathPrefix: '' });
    // The client makes errors that hold the whole answer.
    this.client.handleVaultResponse = (response) => Promise.resolve(response);
    this.mount = mount;
  }

  useToken(token: string): void {
    this.client.token = token;
  }

  /** @throws VaultError */
  async login(credentials: Exclude<Credentials, { by: 'token' }>): Promise<VaultToken> {
    // Said outright: without it the client logs in by Kubernetes at `auth//login`.
    const mount = { mount_point: this.mount ?? credentials.by };
    this.useToken('');
    const answer = await this.call(
      {
        refusal: LOGINS[credentials.by],
        missing: `There is no login by ${credentials.by} at this place of Vault`,
      },
      () =>
        credentials.by === 'approle'
          ? this.client.approleLogin({ role_id: credentials.roleId, ...secretOf(credentials), ...mount })
          : this.client.kubernetesLogin({ role: credentials.role, jwt: credentials.jwt, ...mount }),
    );
    return tokenOf(answer);
  }

  /** What is known of the token in use. @throws VaultError */
  async lookUp(token: string): Promise<VaultToken> {
    const answer = await this.call({ refusal: 'refuses VAULT_TOKEN: it is wrong, expired or revoked' }, () =>
      this.client.tokenLookupSelf(),
    );
    const { ttl, renewable } = object(object(answer).data);
    return { text: token, ttl: lifetime(ttl), renewable: renewable === true };
  }

  /** @throws VaultError */
  async renew(): Promise<VaultToken> {
    return tokenOf(
      await this.call({ refusal: 'does not renew the token' }, () => this.client.tokenRenewSelf()),
    );
  }

  async revoke(): Promise<void> {
    await this.call({ refusal: 'does not revoke the token' }, () => this.client.tokenRevokeSelf());
  }

  /** The answer to a read. @throws VaultError */
  read(path: string): Promise<unknown> {
    const act = {
      refusal: `does not let this token read ${path}`,
      missing: `Vault has no secret at ${path}, or it was deleted`,
    };
    return this.call(act, () => this.client.read(path));
  }

  /** Whether it serves. @throws VaultError */
  async check(): Promise<void> {
    const health = await this.call({ refusal: 'refuses to tell how it does' }, () =>
      this.client.health({ standbyok: true }),
    );
    if (object(health).sealed !== false) throw new VaultError('away', 'Vault is sealed');
  }

  async close(): Promise<void> {
    await this.transport.close();
  }

  private async call(act: VaultAct, request: () => Promise<unknown>): Promise<unknown> {
    let response: VaultResponse;
    try {
      response = (await request()) as VaultResponse;
    } catch (error) {
      throw error instanceof VaultError
        ? error
        : new VaultError('unfit', 'Vault cannot be asked: its client refuses');
    }
    const { statusCode, body } = response;
    if (statusCode !== 200 && statusCode !== 204 && statusCode !== PERFORMANCE_STANDBY)
      throw failureOf(statusCode, body, act);
    if (statusCode === 200 && body === undefined)
      throw new VaultError('unfit', 'What answers is no Vault: is VAULT_ADDR right?');
    return body;
  }
}

/** A role can be such that it needs none; the client refuses one that is `undefined`. */
const secretOf = ({ secretId }: { secretId?: string }) =>
  secretId === undefined ? {} : { secret_id: secretId };

function tokenOf(answer: unknown): VaultToken {
  const { client_token: text, lease_duration: ttl, renewable } = object(object(answer).auth);
  if (typeof text !== 'string' || text === '')
    throw new VaultError('unfit', 'Vault answers a login without a token');
  return { text, ttl: lifetime(ttl), renewable: renewable === true };
}

/** A root token has 0. */
const lifetime = (ttl: unknown) => (typeof ttl === 'number' && ttl > 0 ? ttl : undefined);

export function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
