import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { currentRequestId } from '../logging/request-scope.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import type { EventMap, EventMessage, EventType } from './event-map.js';

/** Stores a message for another system before {@link Events.publish} returns. */
export type EventSink = (message: EventMessage) => Promise<void>;

/** Where an event comes from, when it is not the present moment. */
export interface PublishOptions {
  /** Stable id of the event, so that those who see it twice can tell; a new one by default. */
  id?: string;
  timestamp?: Date;
}

/**
 * Tells what has happened. Listeners are plain methods with `@OnEvent('payment.succeeded')` (or `'payment.*'`,
 * `'stripe.**'`) that take an {@link EventMessage}; they run afterwards, in the project of the event, and one that
 * throws is logged and harms nobody.
 */
@Injectable()
export class Events {
  private readonly sinks: EventSink[] = [];

  constructor(
    private readonly emitter: EventEmitter2,
    private readonly context: ProjectContext,
  ) {}

  /**
   * Resolves when every sink has stored the event; listeners are not waited for.
   *
   * @throws what a sink throws: the event may then reach nobody, and must be published again under the same id
   */
  async publish<K extends EventType>(
    type: K,
    data: EventMap[K],
    { id = randomUUID(), timestamp = new Date() }: PublishOptions = {},
  ): Promise<void> {
    const request = currentRequestId();
    const { project } = this.context;
    const message: EventMessage = { id, type, timestamp, project, data, ...(request ? { request } : {}) };
    await Promise.all(this.sinks.map((sink) => sink(message)));
    this.emitter.emit(type, message);
  }

  /** Adds a persisted outbox, which {@link publish} waits for. */
  addSink(sink: EventSink): void {
    this.sinks.push(sink);
  }
}
