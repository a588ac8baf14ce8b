import { Injectable } from '@nestjs/common';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import type { EventParametersDto, ReceivedDto, StripeEventDto } from '../dto/events.dto.js';
import { LedgerReader } from '../ledger/ledger-reader.service.js';
import { assertOwn, noSuch } from '../stripe/server-metadata.js';
import { StripeClient } from '../stripe/stripe-client.service.js';
import { asStripeEvent } from './stripe-event.js';
import { StripeEventStore, type StoredStripeEvent } from './stripe-event-store.service.js';
import { StripeEventWorker } from './stripe-event-worker.service.js';
import { StripeSignature } from './stripe-signature.service.js';

/** Takes events in, and has them processed. */
@Injectable()
export class StripeEventsService {
  constructor(
    private readonly signature: StripeSignature,
    private readonly store: StripeEventStore,
    private readonly worker: StripeEventWorker,
    private readonly stripe: StripeClient,
    private readonly reader: LedgerReader,
    private readonly context: ProjectContext,
  ) {}

  /** @throws CoglexError `signature_invalid` and what else keeps it from being stored */
  async receive(body: unknown, header: string | string[] | undefined): Promise<ReceivedDto> {
    const { event, payload } = await this.signature.read(body, header);
    if (await this.store.add(event, payload)) this.worker.wake();
    return { received: true };
  }

  async list({ limit, ...parameters }: EventParametersDto): Promise<StripeEventDto[]> {
    const events = await this.store.list(this.context.project, {
      ...parameters,
      limit: this.reader.limit(limit),
    });
    return events.map(toDto);
  }

  /** @throws CoglexError `not_found` */
  async replay(id: string): Promise<StripeEventDto> {
    const { project } = this.context;
    const replayed = (await this.store.replay(id, project)) ?? (await this.fetch(id, project));
    this.worker.wake();
    return toDto(replayed);
  }

  /** Takes in an event that never came. */
  private async fetch(id: string, project: string): Promise<StoredStripeEvent> {
    if (!/^evt_\w+$/.test(id) || !this.stripe.isConfigured) throw noSuch('event');
    const found = await this.stripe.find((stripe) => stripe.events.retrieve(id));
    const event = asStripeEvent(found);
    if (!event) throw noSuch('event');
    assertOwn(event.data.object, project, 'event');
    await this.store.add(event, JSON.stringify(event));
    const stored = await this.store.find(id, project);
    if (!stored) throw noSuch('event');
    return stored;
  }
}

function toDto(event: StoredStripeEvent): StripeEventDto {
  const { _id: id, type, state, attempts, created, received, processed, error } = event;
  return {
    id,
    type,
    state,
    attempts,
    created,
    received,
    ...(processed ? { processed } : {}),
    ...(error === undefined ? {} : { error }),
  };
}
