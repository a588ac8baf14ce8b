import type { UsageRow } from './usage-row.js';

declare module '../../../platform/events/event-map.js' {
  interface EventMap {
    /** A call of a model has ended and is accounted for. */
    'generation.used': UsageRow;
  }
}
