import { Module } from '@nestjs/common';
import { ExecutionController } from './execution.controller.js';
import { ExecutionService } from './execution.service.js';
import { PythonSnapshot } from './sandbox/python-snapshot.service.js';
import { Sandbox } from './sandbox/sandbox.service.js';
import { WorkerPool } from './sandbox/worker-pool.service.js';

/** Code of others in a sandbox: `/service/execution/v1`. */
@Module({
  controllers: [ExecutionController],
  providers: [ExecutionService, Sandbox, WorkerPool, PythonSnapshot],
})
export class ExecutionModule {}
