import { Module } from '@nestjs/common';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';
import { ExecutionModule } from '../execution/index.js';
import { OperationsAuditController } from './audit.controller.js';
import { BansController } from './bans/bans.controller.js';
import { EncryptionController } from './encryption/encryption.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { LogLevelsController } from './log-levels/log-levels.controller.js';
import { SecretsController } from './secrets/secrets.controller.js';

/** What operators of the whole installation see and do: `/service/operations/v1`. */
@Module({
  imports: [ExecutionModule],
  controllers: [
    BansController,
    EncryptionController,
    JobsController,
    LogLevelsController,
    OperationsAuditController,
    SecretsController,
  ],
})
export class OperationsModule {
  constructor(modules: ModuleRegistry) {
    modules.register({
      key: 'operations',
      title: 'Operations',
      needs: ['database'],
      uses: ['audit', 'jobs', 'limits'],
    });
  }
}
