import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../config.js';
import type { Reading, SettingSource } from '../setting-source.js';
import { credentialsOf } from './credentials.js';
import { KEPT_FILE, KeptValues } from './kept-values.js';
import { readSecret, type VaultSecret } from './read-secret.js';
import { VaultApi } from './vault-api.js';
import { VaultError, VaultStartError } from './vault-error.js';
import { VaultSession } from './vault-session.js';
import { createVaultTransport } from './vault-transport.js';

/** Pauses between the attempts of a start, in milliseconds. */
const PAUSES_MS = [250, 500, 1000];

/** How old kept values may be before they are written again only to be younger, in milliseconds. */
const KEPT_AFRESH_MS = 600_000;

/** Longest wait at the end, in milliseconds. */
const CLOSING_MS = 1000;

export interface VaultSourceOptions {
  /** Certificates to trust instead of those of Node.js. */
  ca?: string;
  /** `SERVER_SECRET`, if the operator supplies it by other means than Vault. */
  localSecret?: string;
  /** Keeps nothing on disk. */
  readOnly?: boolean;
}

/** A secret of HashiCorp Vault (KV version 2), whose keys are names of settings. */
export class VaultSource implements SettingSource<Promise<Reading>> {
  readonly name = 'vault';
  /** Why the last attempt failed. */
  problem?: VaultError;
  private last: VaultSecret = { values: new Map(), warnings: [] };
  private nextAt = 0;
  private failures = 0;
  private kept?: { secret: string; values: VaultSecret['values']; at: number };
  private readonly api: VaultApi;
  private readonly session: VaultSession;
  private readonly store: KeptValues;

  /** @param config the settings of Vault, checked; they may change */
  constructor(
    private config: Config,
    private readonly options: VaultSourceOptions = {},
  ) {
    const { VAULT_ADDR: address = '', VAULT_NAMESPACE: namespace, VAULT_AUTH_MOUNT: mount } = config;
    const transport = createVaultTransport({ timeoutMs: config.VAULT_TIMEOUT_MS, ca: options.ca });
    this.api = new VaultApi({ address, namespace, mount }, transport);
    this.session = new VaultSession(this.api, () => credentialsOf(this.config));
    this.store = new KeptValues(config.DATA_DIR, `${address} ${namespace ?? ''} ${config.VAULT_PATH}`);
  }

  /** Follows the configuration that new credentials will stand in. */
  follow(config: Config): void {
    this.config = config;
  }

  /** Whether Vault is to be asked again: for a new version, or to keep the token alive. */
  get isDue(): boolean {
    if (Date.now() >= this.nextAt) return true;
    return this.problem ? this.session.hasNewCredentials : this.session.isDue;
  }

  /**
   * What Vault has at the start.
   *
   * @throws VaultStartError when it has nothing for us, and `VAULT_ON_OUTAGE` does not help
   */
  async start(): Promise<Reading> {
    if (this.config.VAULT_ON_OUTAGE === 'last' && this.secret === undefined)
      throw new VaultStartError(
        'VAULT_ON_OUTAGE=last needs a secret to encrypt the kept values with: set VAULT_TOKEN, VAULT_SECRET_ID or, outside Vault and DATA_DIR, SERVER_SECRET',
      );
    for (const pause of [...PAUSES_MS, undefined]) {
      const reading = await this.read();
      if (!this.problem) return reading;
      if (this.problem.failure !== 'away' || pause === undefined) break;
      await sleep(pause);
    }
    return this.fallBack();
  }

  /** What Vault has now; what it had last while it cannot be asked. */
  async read(): Promise<Reading> {
    try {
      this.last = await this.ask();
      this.problem = undefined;
      this.failures = 0;
      this.nextAt = Date.now() + this.config.VAULT_INTERVAL * 1000;
    } catch (error) {
      this.problem = error instanceof VaultError ? error : new VaultError('unfit', 'Vault cannot be asked');
      const pause = this.config.SECRETS_INTERVAL * 2 ** this.failures;
      this.failures += 1;
      this.nextAt = Date.now() + Math.min(pause, this.config.VAULT_INTERVAL) * 1000;
    }
    return this.reading();
  }

  /** What was found out last, without asking. */
  reading(): Reading {
    const { values, version, warnings } = this.last;
    const from = `Vault, ${this.config.VAULT_PATH}${version === undefined ? '' : `, version ${version}`}`;
    const found = [...values].map(([name, value]) => [name, { value, from }] as const);
    return { values: new Map(found), problems: [], warnings };
  }

  /** Whether Vault serves. @throws VaultError */
  async check(): Promise<void> {
    await this.api.check();
    if (this.problem) throw this.problem;
  }

  /** Gives a token back that was made by logging in. Never fails. */
  async close(): Promise<void> {
    const patience = sleep(CLOSING_MS, undefined, { ref: false });
    if (this.problem?.failure !== 'away') await Promise.race([this.session.end(), patience]);
    await this.api.close();
  }

  /** What the kept values are encrypted with: something that outlives a restart and is not in `DATA_DIR`. */
  private get secret(): string | undefined {
    return this.options.localSecret ?? this.config.VAULT_SECRET_ID ?? this.config.VAULT_TOKEN;
  }

  private async ask(): Promise<VaultSecret> {
    await this.session.ensure();
    const { VAULT_PATH: path } = this.config;
    const answer = await this.api.read(path).catch(async (error: unknown) => {
      if (!(error instanceof VaultError && error.failure === 'denied' && (await this.session.again())))
        throw error;
      return this.api.read(path);
    });
    return this.keep(readSecret(answer, path));
  }

  private async keep(secret: VaultSecret): Promise<VaultSecret> {
    const { secret: key } = this;
    if (this.options.readOnly) return secret;
    try {
      if (this.config.VAULT_ON_OUTAGE !== 'last') await this.store.forget();
      else if (key !== undefined && !this.isKept(secret, key)) {
        const at = new Date();
        await this.store.keep(key, { values: secret.values, version: secret.version, at });
        this.kept = { secret: key, values: secret.values, at: at.getTime() };
      }
      return secret;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const warning = `The values of Vault cannot be kept in DATA_DIR/${KEPT_FILE} (${code})`;
      return { ...secret, warnings: [...secret.warnings, warning] };
    }
  }

  private isKept({ values }: VaultSecret, key: string): boolean {
    const { kept } = this;
    if (!kept || kept.secret !== key || Date.now() - kept.at > KEPT_AFRESH_MS) return false;
    return (
      kept.values.size === values.size &&
      [...values].every(([name, value]) => kept.values.get(name) === value)
    );
  }

  private async fallBack(): Promise<Reading> {
    const { message, failure } = this.problem ?? {};
    const kept =
      this.config.VAULT_ON_OUTAGE === 'last' && failure === 'away' && this.secret !== undefined
        ? await this.store.read(this.secret)
        : undefined;
    if (!kept) throw new VaultStartError(`VAULT_ADDR: ${message}${this.whyNotKept(failure)}`);
    const age = ageOf(kept.at);
    const warning = `${message}: the server starts with the values that Vault had ${age} ago, kept in DATA_DIR/${KEPT_FILE}`;
    this.last = { ...kept, warnings: [warning] };
    const reading = this.reading();
    const found = [...reading.values].map(
      ([name, { value, from }]) => [name, { value, from: `${from}, kept ${age} ago` }] as const,
    );
    return { ...reading, values: new Map(found) };
  }

  private whyNotKept(failure: VaultError['failure'] | undefined): string {
    if (this.config.VAULT_ON_OUTAGE !== 'last') return '';
    if (failure !== 'away') return '; VAULT_ON_OUTAGE=last is for outages alone';
    return `; DATA_DIR/${KEPT_FILE} is missing, or was kept for another Vault or under another secret`;
  }
}

/** `5 min`, `3 h`, `12 d`. */
function ageOf(at: Date): string {
  const minutes = Math.max(0, Math.round((Date.now() - at.getTime()) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}
