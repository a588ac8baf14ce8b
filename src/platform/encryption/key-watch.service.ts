import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { ConfigChanges } from '../config/config-changes.js';
import { Jobs } from '../jobs/jobs.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';
import { EncryptionKeys } from './encryption-keys.service.js';
import { EncryptionOverview } from './encryption-overview.service.js';

const JOB = 'encryption-keys';

const EVERY_MS = 60_000;

/** Looks on every instance whether it has all the keys that stored values need, and says so when it does not. */
@Injectable()
export class KeyWatch implements OnModuleInit {
  /** Ids of keys that are missing, as it was last seen. */
  private missing: readonly string[] = [];

  constructor(
    private readonly overview: EncryptionOverview,
    private readonly keys: EncryptionKeys,
    private readonly jobs: Jobs,
    private readonly logger: PinoLogger,
    modules: ModuleRegistry,
    changes: ConfigChanges,
  ) {
    logger.setContext(KeyWatch.name);
    modules.register({
      key: 'encryption',
      title: 'Field encryption',
      needs: ['database'],
      probe: () =>
        Promise.resolve(
          this.missing.length > 0
            ? { state: 'unhealthy', details: { missing_keys: this.missing.length } }
            : 'healthy',
        ),
    });
    changes.on(['ENCRYPTION_KEYS'], () => {
      this.logger.info({ key: this.keys.current.id }, 'Encrypted fields have new keys');
      this.jobs.wake(JOB);
    });
  }

  onModuleInit(): void {
    this.jobs.register({ name: JOB, everyMs: EVERY_MS, exclusive: false, run: () => this.look() });
  }

  private async look(): Promise<void> {
    const missing = await this.overview.missing();
    for (const key of missing)
      if (!this.missing.includes(key))
        this.logger.error(
          { key },
          'A key is missing that values of encrypted fields need: put it back into ENCRYPTION_KEYS',
        );
    this.missing = missing;
  }
}
