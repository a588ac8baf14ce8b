import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** An API key, as it was recognized. */
export interface KeyClaims {
  /** Id of the key's document; `root` for `SERVER_SECRET`, `route` for a secret of the route's own. */
  id: string;
  /**
   * - `root`: `SERVER_SECRET`, which may do everything in every project
   * - `secret`: a server's key; may do what its scopes allow, whatever the rules say
   * - `publishable`: known to everybody; only handlers that say so take it, and rules decide about data
   * - `route`: the secret of the route's own
   */
  type: 'root' | 'secret' | 'publishable' | 'route';
  /** Project that the key opens; absent where the key is none of the database's. */
  project?: string;
  /** What the key may be used for, such as `storage:orders:read`; all of its project when absent. */
  scopes?: readonly string[];
  /** Origins of pages that may send it; all when absent or empty. */
  origins?: readonly string[];
  /** When it ends, if it does. */
  expiresAt?: Date;
}

/** A signed-in user, as a verified token names it. */
export interface CurrentUserClaims {
  /** `_id` of the user's document. */
  id: string;
  /** `_key` of the user's document. */
  key: string;
  /** Collection that the user belongs to. */
  collection: string;
  /** Project that the user belongs to. */
  project: string;
  /** `_id` of the session that the token belongs to. */
  session?: string;
  /** How often all sessions of the user had been ended when this one began. */
  generation?: number;
}

/** Claims of a token as it is issued and verified: nothing is left out. */
export type SessionClaims = Required<CurrentUserClaims>;

/** Who makes the request; filled by the guards. */
export interface Caller {
  /** The API key that the route asks for; absent where it asks for none. */
  key?: KeyClaims;
  user?: CurrentUserClaims;
  /** Address that the request comes from, behind the proxies that are trusted. */
  address: string;
  /** What the client says it is (`User-Agent`), cut to a length that can be kept. */
  device?: string;
}

/** Whether the caller is server code that holds a secret, and not somebody's browser. */
export const isTrusted = ({ key }: Caller): boolean => key !== undefined && key.type !== 'publishable';

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** Longest description of a device that is kept, in characters. */
const MAX_DEVICE = 200;

/** The caller of a request; nobody in particular before the guards have run and on public routes. */
export function callerOf(request: FastifyRequest): Caller {
  request.caller ??= {
    address: request.address,
    device: request.headers['user-agent']?.slice(0, MAX_DEVICE),
  };
  return request.caller;
}

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>();

/** Injects the {@link Caller} into a handler. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(requestOf(context)),
);

/** Injects the signed-in user into a handler; `undefined` when the route leaves it optional and none was sent. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): CurrentUserClaims | undefined => callerOf(requestOf(context)).user,
);

/** Injects the API key into a handler that asks for one. */
export const CurrentKey = createParamDecorator(
  (_: unknown, context: ExecutionContext): KeyClaims | undefined => callerOf(requestOf(context)).key,
);
