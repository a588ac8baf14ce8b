import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { mongo } from 'mongoose';
import { QueryGuard } from '../../../platform/database/query/query-guard.service.js';
import type { EventMessage } from '../../../platform/events/event-map.js';
import { matcherOf } from '../../../platform/security/rules/stored-form.js';

type Matches = (document: mongo.Document) => boolean;

/** Compiled filters that are kept; any other is compiled again. */
const KEPT = 500;

/** Decides by a MongoDB filter who hears of a message. */
@Injectable()
export class MessageFilters {
  private readonly compiled = new LRUCache<string, Matches>({ max: KEPT });

  constructor(private readonly guard: QueryGuard) {}

  /** @throws CoglexError `query_refused` */
  check(filter: unknown): void {
    this.compile(filter);
  }

  /** Whether a filter, as JSON text, lets a message through; what cannot be compared is not let through. */
  admits(filter: string, { type, timestamp, data }: EventMessage): boolean {
    try {
      let matches = this.compiled.get(filter);
      if (!matches) this.compiled.set(filter, (matches = this.compile(JSON.parse(filter))));
      return matches({ type, timestamp, data });
    } catch {
      return false;
    }
  }

  private compile(filter: unknown): Matches {
    return matcherOf(this.guard.filter(filter, '/filter'));
  }
}
