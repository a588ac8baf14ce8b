import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Audit } from '../audit/audit.service.js';
import { settingOf } from '../config/config-error.js';
import { ConfigSources } from '../config/config-sources.js';
import { Config } from '../config/config.js';
import type { ReloadReport } from '../config/live-config.js';
import { Jobs } from '../jobs/jobs.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';
import { Metrics } from '../metrics/metrics.service.js';
import { PubSub } from '../redis/pub-sub.service.js';
import type { Caller } from '../security/caller.js';

/** Tells the other instances to look as well. */
const CHANNEL = 'secrets-reload';

/** How long it is believed that Vault is there, in milliseconds. */
const FRESH_MS = 1000;

/**
 * Reads secret files and Vault again and again, so that a rotated secret is in use without a restart. It looks at what is in
 * the files instead of waiting for a word of the file system: mounts of Kubernetes change by a symbolic link two levels up,
 * editors put another file in the place of the old one, and network file systems say nothing at all.
 */
@Injectable()
export class SecretsReload implements OnModuleInit, OnApplicationShutdown {
  private readonly reloads;
  /** What was said last of Vault. */
  private said?: string;

  constructor(
    private readonly sources: ConfigSources,
    private readonly config: Config,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
    private readonly pubSub: PubSub,
    private readonly logger: PinoLogger,
    metrics: Metrics,
    modules: ModuleRegistry,
  ) {
    modules.register({
      key: 'vault',
      title: 'HashiCorp Vault',
      freshMs: FRESH_MS,
      probe: async () => {
        await this.sources.vault?.check();
        return this.sources.vault ? 'healthy' : 'not_configured';
      },
    });
    logger.setContext(SecretsReload.name);
    this.reloads = metrics.counter({
      name: 'coglex_secrets_reloads_total',
      help: 'Looks at secret files and Vault, by what came of them',
      labelNames: ['result'],
    });
  }

  onModuleInit(): void {
    for (const warning of this.sources.warnings) this.logger.warn(warning);
    if (!this.sources.canChange) return;
    this.tellOfVault();
    this.pubSub.subscribe(CHANNEL, () => void this.look({ askVault: true }));
    this.jobs.register({
      name: 'secrets',
      everyMs: this.config.SECRETS_INTERVAL * 1000,
      // Each instance has files of its own.
      exclusive: false,
      run: async () => void (await this.look()),
    });
  }

  /**
   * Looks now, and has the other instances look. It stands in the audit trail, whatever comes of it.
   *
   * @param caller the operator who asks
   */
  async reload(caller: Caller): Promise<ReloadReport> {
    const report = await this.look({ caller, askVault: true });
    await this.pubSub.publish(CHANNEL, '');
    return report;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.sources.close();
  }

  private async look(options: { caller?: Caller; askVault?: boolean } = {}): Promise<ReloadReport> {
    const { caller, askVault } = options;
    const report = await this.sources.reload(askVault);
    this.reloads.inc({ result: this.sources.vault?.problem ? 'failed' : resultOf(report) });
    this.tellOfVault();
    this.log(report);
    const { changed, restart } = report;
    const refused = report.refused.map(settingOf);
    if (caller || changed.length + restart.length + refused.length > 0)
      await this.audit.record('secrets.reloaded', { caller, detail: { changed, restart, refused } });
    return report;
  }

  /** Once for each outage, and once more when it is over. */
  private tellOfVault(): void {
    const { vault } = this.sources;
    const { message, failure } = vault?.problem ?? {};
    if (message === this.said) return;
    if (message === undefined) this.logger.info('Vault is back');
    else {
      const what = failure === 'away' ? 'Vault is away' : 'Vault supplies nothing';
      this.logger.warn({ problem: message }, `${what}: the values that it had last stay`);
    }
    this.said = message;
  }

  private log({ changed, restart, refused, failures, warnings }: ReloadReport): void {
    for (const warning of warnings) this.logger.warn(warning);
    if (changed.length > 0) this.logger.info({ settings: changed }, 'Settings have new values');
    if (restart.length > 0)
      this.logger.warn(
        { settings: restart },
        'Settings have changed that need a restart: the old values stay until then',
      );
    for (const problem of refused)
      this.logger.error({ problem }, 'A new value of a setting was refused: the old one stays');
    for (const error of failures)
      this.logger.error({ err: error }, 'A new value of a setting could not be put to use');
  }
}

function resultOf({ changed, restart, refused, failures }: ReloadReport): string {
  if (refused.length + failures.length > 0) return 'refused';
  return changed.length + restart.length > 0 ? 'changed' : 'unchanged';
}
