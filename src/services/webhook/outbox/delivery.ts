import type { Queued } from '../../../platform/jobs/leased-queue.js';

/** One try to deliver a message. */
export interface Try {
  at: Date;
  /** Status of the answer; absent when there was none. */
  status?: number;
  /** Milliseconds. */
  latency: number;
  /** Why it does not count as delivered. */
  error?: string;
}

/** One message on its way to one endpoint. */
export interface StoredDelivery extends Queued {
  state: 'pending' | 'delivered' | 'dead';
  project: string;
  endpoint: string;
  /** Id of the message, the same for every endpoint and every try. */
  message: string;
  type: string;
  timestamp: Date;
  /** Id of the request that caused it. */
  request?: string;
  /** The body as it is signed and sent. */
  body: string;
  /** What the order is kept for, and the place in it; absent where order does not count. */
  key?: string;
  seq?: number;
  /** How often it was sent in this round; a replay begins another. */
  sent: number;
  /** When this round began. */
  since: Date;
  /** The last tries. */
  tries: Try[];
  created: Date;
  expires?: Date;
}

/** A delivery as callers see it. */
export interface Delivery {
  id: string;
  endpoint: string;
  message: string;
  type: string;
  timestamp: Date;
  state: StoredDelivery['state'];
  sent: number;
  /** When the next try is due; absent when there is none. */
  next_try?: Date;
  tries: Try[];
  created: Date;
}

export function toDelivery(stored: StoredDelivery): Delivery {
  const { _id: id, endpoint, message, type, timestamp, state, sent, due, tries, created } = stored;
  return {
    id,
    endpoint,
    message,
    type,
    timestamp,
    state,
    sent,
    ...(state === 'pending' ? { next_try: due } : {}),
    tries,
    created,
  };
}
