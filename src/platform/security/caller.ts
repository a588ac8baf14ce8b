import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** A signed-in user, as a verified token names it. */
export interface CurrentUserClaims {
  /** `_id` of the user's document. */
  id: string;
  /** `_key` of the user's document. */
  key: string;
  /** Collection that the user belongs to. */
  collection: string;
}

/** Who makes the request; filled by the guards. */
export interface Caller {
  /** Whether the request carried the API key that its route asks for. */
  hasKey: boolean;
  user?: CurrentUserClaims;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}

/** The caller of a request; nobody in particular before the guards have run and on public routes. */
export function callerOf(request: FastifyRequest): Caller {
  request.caller ??= { hasKey: false };
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
