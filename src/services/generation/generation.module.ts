import { Module } from '@nestjs/common';
import { Fallbacks } from './calls/fallbacks.service.js';
import { MeteredCalls } from './calls/metered-calls.service.js';
import { ModelBounds } from './calls/model-bounds.service.js';
import { ModelCalls } from './calls/model-calls.service.js';
import { ProviderCalls } from './calls/provider-calls.service.js';
import { ProviderHealth } from './calls/provider-health.service.js';
import { Conversations } from './conversations/conversations.service.js';
import { ConversationsRepository } from './conversations/conversations.repository.js';
import { ConverseService } from './converse/converse.service.js';
import { Exchanges } from './converse/exchanges.service.js';
import { ResponseCache } from './converse/response-cache.service.js';
import { Tasks } from './converse/tasks.service.js';
import { Drivers } from './drivers/drivers.service.js';
import { GeminiClients } from './drivers/gemini/gemini-clients.service.js';
import { GeminiDriver } from './drivers/gemini/gemini.driver.js';
import { OpenAiClients } from './drivers/openai/openai-clients.service.js';
import { OpenAiDriver } from './drivers/openai/openai.driver.js';
import { FilesRepository } from './files/files.repository.js';
import { FilesService } from './files/files.service.js';
import { GeminiFiles } from './files/gemini-files.service.js';
import { ConversationsController } from './http/conversations.controller.js';
import { ConverseController } from './http/converse.controller.js';
import { FilesController } from './http/files.controller.js';
import { ModelsController } from './http/models.controller.js';
import { UsageController } from './http/usage.controller.js';
import { Indexes } from './indexes.service.js';
import { LimitSettings } from './limits/limit-settings.service.js';
import { LimitsRepository } from './limits/limits.repository.js';
import { Limits } from './limits/limits.service.js';
import { Bookkeeping } from './metering/bookkeeping.service.js';
import { GenerationMetrics } from './metering/generation-metrics.service.js';
import { GenerationHooks } from './metering/generation-hooks.service.js';
import { Meter } from './metering/meter.service.js';
import { OpenCallsRepository } from './metering/open-calls.repository.js';
import { Prices } from './metering/prices.service.js';
import { UsageReports } from './metering/usage-reports.service.js';
import { UsageRepository } from './metering/usage.repository.js';
import { ModelsService } from './models.service.js';
import { GenerationTools } from './tools/generation-tools.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

const DRIVERS = [Drivers, GeminiClients, GeminiDriver, OpenAiClients, OpenAiDriver];
const CALLS = [Fallbacks, MeteredCalls, ModelBounds, ModelCalls, ProviderCalls, ProviderHealth];
const METERING = [
  Bookkeeping,
  GenerationMetrics,
  Meter,
  OpenCallsRepository,
  Prices,
  UsageReports,
  UsageRepository,
];
const LIMITS = [Limits, LimitSettings, LimitsRepository];
const CONVERSE = [Exchanges, ResponseCache, Tasks, ConversationsRepository];
const FILES = [FilesRepository, FilesService, GeminiFiles];
const OPEN = [ConverseService, Conversations, ModelsService, GenerationHooks, GenerationTools];

/** Models: `/service/generation/v1`, and for applications its services, hooks and tools. */
@Module({
  controllers: [
    ConverseController,
    ModelsController,
    FilesController,
    UsageController,
    ConversationsController,
  ],
  providers: [...DRIVERS, ...CALLS, ...METERING, ...LIMITS, ...CONVERSE, ...FILES, ...OPEN, Indexes],
  exports: OPEN,
})
export class GenerationModule {
  constructor(modules: ModuleRegistry) {
    modules.register({
      key: 'generation',
      title: 'Models',
      needs: ['database', 'ai_service'],
      uses: ['jobs'],
    });
  }
}
