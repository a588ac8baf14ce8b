import { Global, Module } from '@nestjs/common';
import { Config } from '../config/config.js';
import { AuditQueue } from './audit-queue.service.js';
import { AuditRetention } from './audit-retention.service.js';
import { AuditSpool } from './audit-spool.service.js';
import { AuditStream } from './audit-stream.service.js';
import { AuditTrails } from './audit-trails.service.js';
import { AuditWitness } from './audit-witness.service.js';
import { Audit } from './audit.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';
import { ChainSeal } from './chain/chain-seal.js';
import { ChainStore } from './chain/chain-store.service.js';

/** The trail of what happened: see {@link Audit}. */
@Global()
@Module({
  providers: [
    Audit,
    AuditQueue,
    AuditRetention,
    AuditSpool,
    AuditStream,
    AuditTrails,
    AuditWitness,
    ChainStore,
    {
      provide: ChainSeal,
      inject: [Config],
      useFactory: (config: Config) => new ChainSeal([config.SERVER_SECRET, ...config.AUDIT_PREVIOUS_SECRETS]),
    },
  ],
  exports: [Audit, AuditTrails],
})
export class AuditModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'audit', title: 'Audit trail', needs: ['database'], uses: ['jobs'] });
  }
}
