import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { checkConfig } from './check-config.js';
import { ConfigError, settingOf } from './config-error.js';
import type { Config } from './config.js';
import { LiveConfig, nothing, type ReloadReport } from './live-config.js';
import { configOf, localSources, type LoadOptions, type LocalSources } from './load-config.js';
import { plainConfig } from './plain-config.js';
import { settle, type Reading, type Settled, type SourceName } from './sources/setting-source.js';
import { VaultStartError } from './sources/vault/vault-error.js';
import type { VaultSource } from './sources/vault/vault.source.js';

/** How long a changed file must stay as it is before it is believed, in milliseconds. */
const STILL_MS = 50;

/** Most looks at a file that goes on changing. */
const MOST_LOOKS = 20;

/** The sources of a process's configuration: they are read at the start, and again while it runs. */
export class ConfigSources {
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly live: LiveConfig,
    /** What an operator should know of the start. */
    readonly warnings: readonly string[] = [],
    private readonly local?: LocalSources,
    /** `undefined` while `VAULT_ADDR` is not set. */
    readonly vault?: VaultSource,
  ) {}

  /**
   * Reads and checks all settings: secret files before Vault, Vault before the environment, that before `.env` and defaults.
   *
   * @throws ConfigError naming every bad value at once
   */
  static async open(options: LoadOptions = {}): Promise<ConfigSources> {
    const local = localSources(options);
    const found = read(local);
    const vault = await openVault(found, options);
    try {
      const settled = read(local, await vault?.start());
      const config = configOf(settled, options);
      vault?.follow(config);
      const live = new LiveConfig(config, settled.values, settled.warnings);
      return new ConfigSources(live, settled.warnings, local, vault);
    } catch (error) {
      await vault?.close();
      throw error instanceof VaultStartError ? withProblems(found, [error.problem]) : error;
    }
  }

  /** A configuration that was made by other means, and stays as it is. */
  static fixed(config: Config): ConfigSources {
    return new ConfigSources(new LiveConfig(config));
  }

  get config(): Config {
    return this.live.config;
  }

  /** Whether any setting comes from where it may change. */
  get canChange(): boolean {
    return this.vault !== undefined || (this.local !== undefined && !this.local.files.isEmpty);
  }

  /**
   * Reads the sources again, one reload after the other. Never fails.
   *
   * @param askVault whether Vault is asked although it is not its time
   */
  reload(askVault = false): Promise<ReloadReport> {
    const next = this.queue.then(() => this.readAgain(askVault));
    this.queue = next;
    return next;
  }

  /** Gives a token of Vault back. Never fails. */
  async close(): Promise<void> {
    // What is under way ends with its connections.
    await this.vault?.close();
    await this.queue;
  }

  private async readAgain(askVault: boolean): Promise<ReloadReport> {
    if (!this.local) return nothing();
    // Files first: what one logs in to Vault with may stand in one.
    const report = await this.live.take(await this.settled(this.local));
    if (!this.vault || !(askVault || this.vault.isDue)) return report;
    const second = await this.live.take(read(this.local, await this.vault.read()));
    return joined(report, second);
  }

  /** Looks again until a file that has changed stays as it is: whoever writes into it may not be done. */
  private async settled(local: LocalSources): Promise<Settled> {
    let settled = read(local, this.vault?.reading());
    for (let look = 0; look < MOST_LOOKS && !this.live.hasTaken(settled); look += 1) {
      await sleep(STILL_MS);
      const next = read(local, this.vault?.reading());
      if (isDeepStrictEqual(next, settled)) break;
      settled = next;
    }
    return settled;
  }
}

/** Settings that Vault is asked with. */
const leadsToVault = (problem: string) => /^(VAULT_|SECRETS_INTERVAL|DATA_DIR)/.test(problem);

/** @throws ConfigError when Vault cannot be asked */
async function openVault(found: Settled, options: LoadOptions): Promise<VaultSource | undefined> {
  const config = plainConfig(found.values);
  if (config.VAULT_ADDR === undefined) return undefined;
  const problems = [...found.problems, ...checkConfig(config)].filter(leadsToVault);
  const ca = problems.length === 0 ? readCertificates(config.VAULT_CACERT, problems) : undefined;
  if (problems.length > 0) throw withProblems(found, problems);
  // Its client is not loaded where there is no Vault.
  const { VaultSource } = await import('./sources/vault/vault.source.js');
  const localSecret = found.values.get('SERVER_SECRET')?.value;
  return new VaultSource(config, { ca, localSecret, readOnly: options.readOnly });
}

/** What keeps us from Vault, and what else is wrong on this machine; what is missing here may be in Vault. */
function withProblems({ values, problems: unread }: Settled, problems: readonly string[]): ConfigError {
  const here = checkConfig(plainConfig(values)).filter((problem) => values.has(settingOf(problem)));
  const others = [...unread, ...here].filter((problem) => !leadsToVault(problem));
  return new ConfigError([...problems, ...others], (name) => values.get(name)?.from);
}

function readCertificates(path: string | undefined, problems: string[]): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(`VAULT_CACERT: the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}

function read({ files, variables }: LocalSources, vault?: Reading): Settled {
  const readings: [SourceName, Reading][] = [[files.name, files.read()]];
  if (vault) readings.push(['vault', vault]);
  for (const source of variables) readings.push([source.name, source.read()]);
  return settle(readings);
}

function joined(first: ReloadReport, second: ReloadReport): ReloadReport {
  const lists = Object.keys(first) as (keyof ReloadReport)[];
  const both = lists.map((list) => [list, [...new Set<unknown>([...first[list], ...second[list]])]]);
  return Object.fromEntries(both) as ReloadReport;
}
