import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { callerOf, isTrusted, type Caller } from '../../../platform/security/caller.js';

/** Injects the caller. A key that everybody knows must not cost anybody money: it needs a user. */
export const Generator = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!isTrusted(caller) && !caller.user)
    throw new CoglexError('key_not_allowed', {
      detail: 'A publishable key generates for signed-in users alone: send a user token.',
    });
  return caller;
});

/** Injects a signal that is aborted when the client goes away before it has the whole answer. */
export const ClientGone = createParamDecorator((_: unknown, context: ExecutionContext): AbortSignal => {
  const { raw } = context.switchToHttp().getResponse<FastifyReply>();
  const controller = new AbortController();
  const onClose = () => {
    if (!raw.writableFinished) controller.abort();
  };
  // Somebody may have hung up while the guards looked at the key.
  if (raw.destroyed) onClose();
  else raw.once('close', onClose);
  return controller.signal;
});
