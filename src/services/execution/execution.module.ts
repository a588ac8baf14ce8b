import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { ArchiveModule } from '../archive/index.js';
import { GenerationModule } from '../generation/index.js';
import { StorageModule } from '../storage/index.js';
import { Capabilities } from './capabilities/capabilities.service.js';
import { FetchCapability } from './capabilities/fetch-capability.service.js';
import { FilesCapability } from './capabilities/files-capability.service.js';
import { InvokeCapability } from './capabilities/invoke-capability.service.js';
import { SecretsCapability } from './capabilities/secrets-capability.service.js';
import { StorageCapability } from './capabilities/storage-capability.service.js';
import { ExecutionController } from './execution.controller.js';
import { ExecutionService } from './execution.service.js';
import { FunctionTools } from './function-tools.service.js';
import { FunctionsController } from './functions.controller.js';
import { FunctionsRepository } from './functions/functions.repository.js';
import { Functions } from './functions/functions.service.js';
import { Schemas } from './functions/schemas.service.js';
import { Metering } from './metering/metering.service.js';
import { RunsController } from './runs.controller.js';
import { EventDepth } from './runs/event-depth.service.js';
import { FunctionRunner } from './runs/function-runner.service.js';
import { Invocations } from './runs/invocations.service.js';
import { RunQueue } from './runs/run-queue.service.js';
import { RunsRepository } from './runs/runs.repository.js';
import { Runs } from './runs/runs.service.js';
import { PythonSnapshot } from './sandbox/python-snapshot.service.js';
import { SandboxMetrics } from './sandbox/sandbox-metrics.service.js';
import { Sandbox } from './sandbox/sandbox.service.js';
import { WorkerPool } from './sandbox/worker-pool.service.js';
import { EventTriggers } from './schedules/event-triggers.service.js';
import { ScheduleRunner } from './schedules/schedule-runner.service.js';
import { Schedules } from './schedules/schedules.service.js';
import { TriggerIndex } from './schedules/trigger-index.service.js';
import { SecretsController } from './secrets.controller.js';
import { Secrets } from './secrets/secrets.service.js';

/** Code of others in a sandbox: `/service/execution/v1`. */
@Module({
  imports: [QueryModule, StorageModule, ArchiveModule, GenerationModule],
  controllers: [ExecutionController, FunctionsController, RunsController, SecretsController],
  providers: [
    // The sandbox.
    Sandbox,
    SandboxMetrics,
    WorkerPool,
    PythonSnapshot,
    // What code may ask for.
    Capabilities,
    StorageCapability,
    FilesCapability,
    FetchCapability,
    SecretsCapability,
    InvokeCapability,
    // Functions, and what makes them run.
    Functions,
    FunctionsRepository,
    Schemas,
    FunctionRunner,
    Invocations,
    FunctionTools,
    RunQueue,
    Runs,
    RunsRepository,
    Schedules,
    ScheduleRunner,
    TriggerIndex,
    EventTriggers,
    EventDepth,
    ExecutionService,
    Metering,
    Secrets,
  ],
  exports: [Invocations, Schedules],
})
export class ExecutionModule {}
