import { Global, Module } from '@nestjs/common';
import { JobLeases } from './job-leases.service.js';
import { Jobs } from './jobs.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';

/** Background work: see {@link Jobs}. */
@Global()
@Module({ providers: [Jobs, JobLeases], exports: [Jobs] })
export class JobsModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'jobs', title: 'Background jobs', needs: ['database'] });
  }
}
