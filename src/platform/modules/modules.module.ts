import { Global, Module } from '@nestjs/common';
import { ModuleMetrics } from './module-metrics.service.js';
import { ModuleRegistry } from './module-registry.service.js';
import { ModuleStates } from './module-states.service.js';
import { ModulesController } from './modules.controller.js';

/** `/modules`: what the server is made of, and how it does. See {@link ModuleRegistry}. */
@Global()
@Module({
  controllers: [ModulesController],
  providers: [ModuleMetrics, ModuleRegistry, ModuleStates],
  exports: [ModuleRegistry, ModuleStates],
})
export class ModulesModule {}
