import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyRequest } from 'fastify';

/** What present work belongs to. */
export interface RequestScope {
  /** Id of the request, as the client knows it by `X-Request-Id`. */
  id: string;
  /** The request itself; absent where its work goes on later, or elsewhere. */
  request?: FastifyRequest;
}

/**
 * Follows a request through everything that it awaits. One for the process, because the root logger, which is older than
 * the application, reads it too.
 */
const scopes = new AsyncLocalStorage<RequestScope | undefined>();

/** The request that is worked for; `undefined` outside of all. */
export const currentRequest = (): RequestScope | undefined => scopes.getStore();

/** Id of the request that is worked for. */
export const currentRequestId = (): string | undefined => scopes.getStore()?.id;

/** Does work that a request has caused, in its name; without an id, in nobody's. */
export function onBehalfOf<T>(id: string | undefined, work: () => T): T {
  return scopes.run(id === undefined ? undefined : { id }, work);
}

/** Enters the scope of a request. */
export function withinRequest<T>(request: FastifyRequest, work: () => T): T {
  return scopes.run({ id: request.id, request }, work);
}
