import { randomBytes } from 'node:crypto';

/** An object of Stripe's, as JSON has it. */
export interface StripeObject {
  id: string;
  object: string;
  created: number;
  metadata: Record<string, string>;
  // The stand-in knows the fields of each kind; nobody else looks at these.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  [field: string]: any;
}

/** An event, as it is signed and sent. */
export interface StripeEvent extends StripeObject {
  type: string;
  data: { object: StripeObject };
}

/** An answer that is an error, in Stripe's own words. */
export class StripeFault extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, error: Record<string, unknown>) {
    super(String(error.message));
    this.status = status;
    this.body = { error };
  }
}

export const newId = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex')}`;

export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** Everything that the stand-in knows. */
export class StripeState {
  readonly objects = new Map<string, StripeObject>();
  readonly events: StripeEvent[] = [];
  /** Told of every event, in its order. */
  onEvent: (event: StripeEvent) => void = () => undefined;

  add(prefix: string, object: string, fields: Record<string, unknown>): StripeObject {
    const made: StripeObject = { id: newId(prefix), object, created: nowSeconds(), metadata: {}, ...fields };
    this.objects.set(made.id, made);
    return made;
  }

  get(id: string, object?: string): StripeObject {
    const found = this.objects.get(id);
    if (found && (object === undefined || found.object === object)) return found;
    throw new StripeFault(404, {
      type: 'invalid_request_error',
      code: 'resource_missing',
      param: 'id',
      message: `No such ${object ?? 'object'}: '${id}'`,
    });
  }

  all(object: string): StripeObject[] {
    return [...this.objects.values()].filter((candidate) => candidate.object === object);
  }

  /** Notes that something happened to an object, with the object as it is in this moment. */
  emit(type: string, object: StripeObject): StripeEvent {
    const event: StripeEvent = {
      id: newId('evt'),
      object: 'event',
      api_version: '2026-10-28.endive',
      created: nowSeconds(),
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      metadata: {},
      type,
      data: { object: structuredClone(object) },
    };
    this.events.push(event);
    this.onEvent(event);
    return event;
  }
}
