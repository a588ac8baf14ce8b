import { Module } from '@nestjs/common';
import { QueryModule } from '../../platform/database/query/query.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsRepository } from './endpoints/endpoints.repository.js';
import { Endpoints } from './endpoints/endpoints.service.js';
import { MessageFilters } from './endpoints/message-filters.service.js';
import { Deliveries } from './outbox/deliveries.repository.js';
import { DeliveryLog } from './outbox/delivery-log.service.js';
import { DeliveryWorker } from './outbox/delivery-worker.service.js';
import { EndpointHealth } from './outbox/endpoint-health.service.js';
import { Outbox } from './outbox/outbox.service.js';
import { WebhookSender } from './outbox/webhook-sender.service.js';
import { ModuleRegistry } from '../../platform/modules/module-registry.service.js';

/** Outgoing webhooks for every event of every service: `/service/webhook/v1`. */
@Module({
  imports: [QueryModule],
  controllers: [EndpointsController, DeliveriesController],
  providers: [
    Endpoints,
    EndpointsRepository,
    MessageFilters,
    Deliveries,
    DeliveryLog,
    DeliveryWorker,
    EndpointHealth,
    Outbox,
    WebhookSender,
  ],
})
export class WebhookModule {
  constructor(modules: ModuleRegistry) {
    modules.register({ key: 'webhook', title: 'Webhooks', needs: ['database', 'jobs'] });
  }
}
