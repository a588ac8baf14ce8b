import type { Config } from './config.js';
import { LiveConfig, type ReloadReport } from './live-config.js';
import { configOf, localSources, type LoadOptions, type LocalSources } from './load-config.js';
import { settle, type Settled } from './sources/setting-source.js';

/** The sources of a process's configuration: they are read at the start, and again while it runs. */
export class ConfigSources {
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly live: LiveConfig,
    private readonly local?: LocalSources,
  ) {}

  /**
   * Reads and checks all settings.
   *
   * @throws ConfigError naming every bad value at once
   */
  static open(options: LoadOptions = {}): Promise<ConfigSources> {
    const local = localSources(options);
    const settled = read(local);
    return Promise.resolve(new ConfigSources(new LiveConfig(configOf(settled), settled.values), local));
  }

  /** A configuration that was made by other means, and stays as it is. */
  static fixed(config: Config): ConfigSources {
    return new ConfigSources(new LiveConfig(config));
  }

  get config(): Config {
    return this.live.config;
  }

  /** Whether any setting is in a file. */
  get hasFiles(): boolean {
    return this.local !== undefined && !this.local.files.isEmpty;
  }

  /** Reads the sources again, one reload after the other. Never fails. */
  reload(): Promise<ReloadReport> {
    const next = this.queue.then(() => this.readAgain());
    this.queue = next;
    return next;
  }

  private async readAgain(): Promise<ReloadReport> {
    if (!this.local) return { changed: [], restart: [], refused: [], failures: [] };
    return this.live.take(read(this.local));
  }
}

function read({ files, variables }: LocalSources): Settled {
  return settle([files, ...variables].map((source) => [source.name, source.read()] as const));
}
