/** What the secrets are sealed for. */
export const SECRET_PURPOSE = 'webhook-endpoint';

/** A secret that signs; one that was replaced signs along until its time is over. */
export interface EndpointSecret {
  /** `whsec_` and base64, as Standard Webhooks has it, sealed with `SERVER_SECRET`. */
  sealed: string;
  until?: Date;
}

/** Somebody who is told of events, as it is stored. */
export interface StoredEndpoint {
  _id: string;
  project: string;
  url: string;
  /** Names of events; one that ends in `*` stands for all that begin so. */
  types: string[];
  /** MongoDB filter on the message, as JSON text. */
  filter?: string;
  ordered: boolean;
  description?: string;
  enabled: boolean;
  disabled_reason?: string;
  secrets: EndpointSecret[];
  /** Since when nothing has arrived. */
  failing_since?: Date;
  /** Number of the last message whose order counts. */
  sequence: number;
  _inserted: Date;
  _patched?: Date;
}

/** An endpoint as callers see it. */
export interface Endpoint {
  _id: string;
  url: string;
  types: string[];
  filter?: Record<string, unknown>;
  ordered: boolean;
  description?: string;
  enabled: boolean;
  disabled_reason?: string;
  failing_since?: Date;
  _inserted: Date;
  _patched?: Date;
}

/** Without its secrets: they are shown once. */
export function toEndpoint(stored: StoredEndpoint): Endpoint {
  const { secrets: _secrets, sequence: _sequence, project: _project, filter, ...endpoint } = stored;
  return filter === undefined
    ? endpoint
    : { ...endpoint, filter: JSON.parse(filter) as Record<string, unknown> };
}

/** Whether an endpoint wants to hear of events of a type. */
export const wants = ({ types }: Pick<StoredEndpoint, 'types'>, type: string): boolean =>
  types.some((wanted) => (wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted));
