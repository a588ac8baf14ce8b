import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { DeliveryParametersDto, ReplayRangeDto, TestedDto } from '../dto/delivery.dto.js';
import { Endpoints } from '../endpoints/endpoints.service.js';
import { Deliveries } from './deliveries.repository.js';
import { toDelivery, type Delivery } from './delivery.js';
import { DeliveryWorker, entryOf } from './delivery-worker.service.js';
import { bodyOf, newDelivery } from './outbox.service.js';
import { WebhookSender } from './webhook-sender.service.js';

const DEFAULT_LIMIT = 100;

/** What became of messages, and how to send them again. */
@Injectable()
export class DeliveryLog {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly endpoints: Endpoints,
    private readonly sender: WebhookSender,
    private readonly worker: DeliveryWorker,
    private readonly context: ProjectContext,
  ) {}

  async list({ limit = DEFAULT_LIMIT, ...filter }: DeliveryParametersDto): Promise<Delivery[]> {
    const found = await this.deliveries.list(this.context.project, { ...filter, limit });
    return found.map(toDelivery);
  }

  /** @throws CoglexError `not_found` */
  async get(id: string): Promise<Delivery & { body: string }> {
    const found = (await this.deliveries.find(id, this.context.project)) ?? noSuchDelivery();
    return { ...toDelivery(found), body: found.body };
  }

  /** Sends one message again. @throws CoglexError `not_found` */
  async replay(id: string): Promise<Delivery> {
    const { project } = this.context;
    if ((await this.deliveries.replay({ _id: id, project })) === 0) noSuchDelivery();
    this.worker.wake();
    return toDelivery((await this.deliveries.find(id, project)) ?? noSuchDelivery());
  }

  /** Sends messages of a span of time again. @throws CoglexError `not_found` */
  async replayRange(endpoint: string, { from, to, state = 'dead' }: ReplayRangeDto): Promise<number> {
    await this.endpoints.stored(endpoint);
    const replayed = await this.deliveries.replay({
      endpoint,
      project: this.context.project,
      state: state === 'all' ? { $in: ['dead', 'delivered'] } : state,
      created: { $gte: new Date(from), $lte: to === undefined ? new Date() : new Date(to) },
    });
    this.worker.wake();
    return replayed;
  }

  /** Sends a message at once, to see whether it arrives; also to an endpoint that is disabled. */
  async test(id: string): Promise<TestedDto> {
    const endpoint = await this.endpoints.stored(id);
    const message = {
      id: `test-${randomUUID()}`,
      type: 'webhook.test',
      timestamp: new Date(),
      data: { id: endpoint._id, message: 'This is a test.' },
    };
    const delivery = newDelivery(endpoint, message, bodyOf(message));
    const outcome = await this.sender.send(endpoint, delivery);
    const state = outcome.delivered ? 'delivered' : 'dead';
    const tries = [entryOf(outcome)];
    await this.deliveries.add([{ ...delivery, state, sent: 1, tries, expires: this.deliveries.expiry }]);
    return { delivered: outcome.delivered, ...entryOf(outcome) };
  }
}

function noSuchDelivery(): never {
  throw new CoglexError('not_found', { detail: 'There is no such delivery.' });
}
