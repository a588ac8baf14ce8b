import { Global, Module } from '@nestjs/common';
import { ModuleRegistry } from '../modules/module-registry.service.js';
import { ExclusiveRuns } from './exclusive-runs.service.js';
import { Instance } from './instance.js';
import { JobBoard } from './job-board.service.js';
import { JobMetrics } from './job-metrics.service.js';
import { JobQueue } from './job-queue.service.js';
import { JobReports } from './job-reports.service.js';
import { JobStore } from './job-store.service.js';
import { JobWakes } from './job-wakes.service.js';
import { Jobs } from './jobs.service.js';
import { RunSums } from './run-sums.service.js';

/** Background work: see {@link Jobs}. */
@Global()
@Module({
  providers: [
    Jobs,
    JobBoard,
    JobStore,
    JobQueue,
    JobWakes,
    JobReports,
    JobMetrics,
    ExclusiveRuns,
    RunSums,
    Instance,
  ],
  exports: [Jobs, JobBoard, Instance],
})
export class JobsModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'jobs', title: 'Background jobs', needs: ['database'], uses: ['redis'] });
  }
}
