import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { PubSub } from '../../../platform/redis/pub-sub.service.js';
import { ProjectContext } from '../../../platform/tenancy/project-context.service.js';
import { FunctionsRepository } from '../functions/functions.repository.js';

/** Tells all instances that triggers have changed. */
const CHANNEL = 'execution-triggers';

/** How soon a trigger that was set on another instance works here when nobody tells of it, in milliseconds. */
const FRESH_MS = 2000;

/** Knows which functions wait for an event without asking the database each time. */
@Injectable()
export class TriggerIndex {
  private readonly known = new LRUCache<string, string[]>({ max: 10_000, ttl: FRESH_MS });

  constructor(
    private readonly functions: FunctionsRepository,
    private readonly context: ProjectContext,
    private readonly pubSub: PubSub,
  ) {
    pubSub.subscribe(CHANNEL, () => this.known.clear());
  }

  /** Names of the functions of the current project that wait for an event. */
  async waitingFor(event: string): Promise<string[]> {
    const key = `${this.context.project}/${event}`;
    const known = this.known.get(key);
    if (known) return known;
    const found = await this.functions.waitingFor(patternsOf(event));
    this.known.set(key, found);
    return found;
  }

  /** Something has changed: all instances that Redis reaches look again. */
  forget(): void {
    void this.pubSub.publish(CHANNEL, '');
  }
}

/** `a.b.c` is what `a.b.c`, `a.b.*` and `a.*` wait for. */
export function patternsOf(event: string): string[] {
  const parts = event.split('.');
  const groups = parts.slice(0, -1).map((_, at) => `${parts.slice(0, at + 1).join('.')}.*`);
  return [event, ...groups];
}
