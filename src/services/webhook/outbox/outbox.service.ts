import { Injectable } from '@nestjs/common';
import type { EventMessage } from '../../../platform/events/event-map.js';
import { Events } from '../../../platform/events/events.service.js';
import { wants, type StoredEndpoint } from '../endpoints/endpoint.js';
import { EndpointsRepository } from '../endpoints/endpoints.repository.js';
import { MessageFilters } from '../endpoints/message-filters.service.js';
import { Deliveries } from './deliveries.repository.js';
import type { StoredDelivery } from './delivery.js';
import { DeliveryWorker } from './delivery-worker.service.js';

/** Largest body of a webhook, in bytes; a larger one tells what it is about, and no more. */
const MAX_BODY_BYTES = 1024 ** 2;

/**
 * Keeps every event for the endpoints that want to hear of it, before whoever publishes it goes on: from then on it
 * is not lost any more.
 */
@Injectable()
export class Outbox {
  constructor(
    events: Events,
    private readonly endpoints: EndpointsRepository,
    private readonly filters: MessageFilters,
    private readonly deliveries: Deliveries,
    private readonly worker: DeliveryWorker,
  ) {
    events.addSink((message) => this.store(message));
  }

  private async store(message: EventMessage): Promise<void> {
    const listening = await this.endpoints.listening(message.project);
    const told = listening.filter(
      (endpoint) =>
        wants(endpoint, message.type) &&
        (endpoint.filter === undefined || this.filters.admits(endpoint.filter, message)),
    );
    if (told.length === 0) return;
    const body = bodyOf(message);
    await this.deliveries.add(
      await Promise.all(told.map((endpoint) => this.delivery(endpoint, message, body))),
    );
    this.worker.wake();
  }

  private async delivery(
    endpoint: StoredEndpoint,
    message: EventMessage,
    body: string,
  ): Promise<StoredDelivery> {
    const key = endpoint.ordered ? idOf(message.data) : undefined;
    return {
      ...newDelivery(endpoint, message, body),
      ...(key === undefined ? {} : { key, seq: await this.endpoints.nextSequence(endpoint._id) }),
    };
  }
}

/** A message for an endpoint, due now. The same message again has the same id, so that it is kept once. */
export function newDelivery(
  { _id: endpoint, project }: StoredEndpoint,
  { id: message, type, timestamp, request }: Omit<EventMessage, 'project' | 'data'>,
  body: string,
): StoredDelivery {
  const now = new Date();
  return {
    _id: `${endpoint}_${message}`,
    project,
    endpoint,
    message,
    type,
    timestamp,
    ...(request === undefined ? {} : { request }),
    body,
    state: 'pending',
    attempts: 0,
    due: now,
    sent: 0,
    since: now,
    tries: [],
    created: now,
  };
}

export function bodyOf({ type, timestamp, data }: Pick<EventMessage, 'type' | 'timestamp' | 'data'>): string {
  const body = JSON.stringify({ type, timestamp, data });
  if (Buffer.byteLength(body) <= MAX_BODY_BYTES) return body;
  return JSON.stringify({ type, timestamp, data: { id: idOf(data), truncated: true } });
}

function idOf(data: unknown): string | undefined {
  const id = typeof data === 'object' && data !== null && 'id' in data ? data.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}
