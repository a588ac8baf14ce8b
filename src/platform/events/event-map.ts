/**
 * Every event, by its name in the past tense, with its data. Services add theirs where they are declared:
 *
 * @example
 * declare module '../../platform/events/event-map.js' {
 *   interface EventMap {
 *     'payment.succeeded': Payment;
 *   }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface EventMap {}

/** Name of an event. */
export type EventType = Extract<keyof EventMap, string>;

/** What a listener receives. */
export interface EventMessage<T = unknown> {
  /** Unique; a repeat of the same event has the same id. */
  id: string;
  type: string;
  timestamp: Date;
  /** Project in which it happened. */
  project: string;
  /** Id of the request by which it happened. */
  request?: string;
  data: T;
}

/** The message of one event: `MessageOf<'payment.succeeded'>`. */
export type MessageOf<K extends EventType> = EventMessage<EventMap[K]>;
