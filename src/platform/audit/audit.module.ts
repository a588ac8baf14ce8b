import { Global, Module } from '@nestjs/common';
import { Audit } from './audit.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';

/** The trail of security events: see {@link Audit}. */
@Global()
@Module({ providers: [Audit], exports: [Audit] })
export class AuditModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'audit', title: 'Audit trail', needs: ['database'] });
  }
}
