import { randomBytes, randomUUID } from 'node:crypto';

/** A token that was given out. */
export interface StoredToken {
  text: string;
  /** Seconds of each renewal; 0 for ever. */
  ttl: number;
  renewable: boolean;
  /** In milliseconds; `Infinity` for ever. */
  expires: number;
  /** Longest life in all, in milliseconds. */
  ends: number;
  path: string;
}

/** One version of a secret. */
interface Version {
  data: Record<string, unknown> | null;
  created: string;
  deleted: string;
}

/** How tokens of a login are. */
export interface TokenTerms {
  ttl: number;
  renewable: boolean;
  /** Longest life in seconds, renewals included. */
  maxTtl: number;
}

/** What the stand-in knows: secrets, tokens, and who may log in. */
export class VaultState {
  readonly tokens = new Map<string, StoredToken>();
  readonly secrets = new Map<string, Version[]>();
  /** `secret_id` by `role_id`. */
  readonly roles = new Map<string, string>();
  /** Token of the service account by role of Kubernetes. */
  readonly accounts = new Map<string, string>();
  terms: TokenTerms = { ttl: 3600, renewable: true, maxTtl: 86_400 };

  /** Makes a token past a login, as an operator does. */
  createToken(terms: Partial<TokenTerms> = {}, path = 'auth/token/create'): StoredToken {
    const { ttl, renewable, maxTtl } = { ...this.terms, ...terms };
    const now = Date.now();
    const token = {
      text: `hvs.${randomBytes(24).toString('base64url')}`,
      ttl,
      renewable,
      expires: ttl === 0 ? Infinity : now + ttl * 1000,
      ends: ttl === 0 ? Infinity : now + maxTtl * 1000,
      path,
    };
    this.tokens.set(token.text, token);
    return token;
  }

  /** The token of a request, while it is good. */
  goodToken(text: string | undefined): StoredToken | undefined {
    const token = text === undefined ? undefined : this.tokens.get(text);
    return token && token.expires > Date.now() ? token : undefined;
  }

  renew(token: StoredToken): StoredToken {
    token.expires = Math.min(Date.now() + token.ttl * 1000, token.ends);
    return token;
  }

  /** Writes a new version, as `vault kv put secret/coglex …` does. @param path such as `secret/data/coglex` */
  put(path: string, data: Record<string, unknown> | null): void {
    const now = new Date().toISOString();
    const version = { data, created: now, deleted: data === null ? now : '' };
    this.secrets.set(path, [...(this.secrets.get(path) ?? []), version]);
  }
}

const envelope = (parts: object) => ({
  request_id: randomUUID(),
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  data: null,
  wrap_info: null,
  warnings: null,
  auth: null,
  ...parts,
});

/** What a login and a renewal answer. */
export const authAnswer = ({ text, renewable, expires, path }: StoredToken) =>
  envelope({
    auth: {
      client_token: text,
      accessor: randomBytes(12).toString('base64url'),
      policies: ['coglex', 'default'],
      token_policies: ['coglex', 'default'],
      metadata: { path },
      lease_duration: expires === Infinity ? 0 : Math.max(0, Math.round((expires - Date.now()) / 1000)),
      renewable,
      entity_id: randomUUID(),
      token_type: 'service',
      orphan: true,
      mfa_requirement: null,
      num_uses: 0,
    },
  });

/** What `lookup-self` answers. */
export const tokenAnswer = ({ text, ttl, renewable, expires, path }: StoredToken) =>
  envelope({
    data: {
      accessor: randomBytes(12).toString('base64url'),
      creation_time: Math.floor(Date.now() / 1000),
      creation_ttl: ttl,
      display_name: path.replaceAll('/', '-'),
      entity_id: '',
      expire_time: expires === Infinity ? null : new Date(expires).toISOString(),
      explicit_max_ttl: 0,
      id: text,
      meta: null,
      num_uses: 0,
      orphan: true,
      path,
      policies: ['coglex', 'default'],
      renewable,
      ttl: expires === Infinity ? 0 : Math.max(0, Math.round((expires - Date.now()) / 1000)),
      type: 'service',
    },
  });

/** What a read of KV version 2 answers. */
export const secretAnswer = (versions: readonly Version[]) => {
  const { data, created, deleted } = versions[versions.length - 1];
  return envelope({
    data: {
      data,
      metadata: {
        created_time: created,
        custom_metadata: null,
        deletion_time: deleted,
        destroyed: false,
        version: versions.length,
      },
    },
    mount_type: 'kv',
  });
};

/** What `sys/health` answers. */
export const healthAnswer = (sealed: boolean) => ({
  initialized: true,
  sealed,
  standby: sealed,
  performance_standby: false,
  replication_performance_mode: 'disabled',
  replication_dr_mode: 'disabled',
  server_time_utc: Math.floor(Date.now() / 1000),
  version: '1.21.4',
  cluster_name: 'vault-cluster-stand-in',
  cluster_id: randomUUID(),
});
