import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { Audit } from '../audit/audit.service.js';
import { settingOf } from '../config/config-error.js';
import { ConfigSources } from '../config/config-sources.js';
import { Config } from '../config/config.js';
import type { ReloadReport } from '../config/live-config.js';
import { Jobs } from '../jobs/jobs.service.js';
import { Metrics } from '../metrics/metrics.service.js';
import { PubSub } from '../redis/pub-sub.service.js';
import type { Caller } from '../security/caller.js';

/** Tells the other instances to look as well. */
const CHANNEL = 'secrets-reload';

/**
 * Reads secret files again and again, so that a rotated secret is in use without a restart. It looks at what is in
 * the files instead of waiting for a word of the file system: mounts of Kubernetes change by a symbolic link two levels up,
 * editors put another file in the place of the old one, and network file systems say nothing at all.
 */
@Injectable()
export class SecretsReload implements OnModuleInit {
  private readonly reloads;

  constructor(
    private readonly sources: ConfigSources,
    private readonly config: Config,
    private readonly jobs: Jobs,
    private readonly audit: Audit,
    private readonly pubSub: PubSub,
    private readonly logger: PinoLogger,
    metrics: Metrics,
  ) {
    logger.setContext(SecretsReload.name);
    this.reloads = metrics.counter({
      name: 'coglex_secrets_reloads_total',
      help: 'Looks at secret files, by what came of them',
      labelNames: ['result'],
    });
  }

  onModuleInit(): void {
    if (!this.sources.hasFiles) return;
    this.pubSub.subscribe(CHANNEL, () => void this.look());
    this.jobs.register({
      name: 'secrets',
      everyMs: this.config.SECRET_FILES_INTERVAL * 1000,
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
    const report = await this.look(caller);
    await this.pubSub.publish(CHANNEL, '');
    return report;
  }

  private async look(caller?: Caller): Promise<ReloadReport> {
    const report = await this.sources.reload();
    this.reloads.inc({ result: resultOf(report) });
    this.log(report);
    const { changed, restart } = report;
    const refused = report.refused.map(settingOf);
    if (caller || changed.length + restart.length + refused.length > 0)
      await this.audit.record('secrets.reloaded', { caller, detail: { changed, restart, refused } });
    return report;
  }

  private log({ changed, restart, refused, failures }: ReloadReport): void {
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
