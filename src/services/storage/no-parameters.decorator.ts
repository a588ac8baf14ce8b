import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../../platform/errors/coglex-error.js';

/** Refuses every query parameter: one that is not read could be taken for one that narrows the request. */
export const NoParameters = createParamDecorator((_: unknown, context: ExecutionContext): void => {
  const { query } = context.switchToHttp().getRequest<FastifyRequest>();
  const errors = Object.keys(query as object).map((name) => ({
    field: `/${name}`,
    message: `property ${name} should not exist`,
  }));
  if (errors.length > 0) throw new CoglexError('validation_failed', { detail: errors[0].message, errors });
});
