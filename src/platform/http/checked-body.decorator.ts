import { createParamDecorator, type ExecutionContext, type PipeTransform, type Type } from '@nestjs/common';
import { validateSync } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../errors/coglex-error.js';

/** The parsed body, past the global pipe: that would rebuild free-form documents, and lose some of their fields. */
export const RawBody = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().body,
);

/**
 * Injects the body, with its own members checked as its DTO declares them. What is inside of them is neither
 * copied nor looked at. No body at all counts as an empty one.
 */
export const CheckedBody = (dto: Type<object>) => RawBody(new BodyPipe(dto));

class BodyPipe implements PipeTransform<unknown, object> {
  constructor(private readonly dto: Type<object>) {}

  transform(body: unknown = {}): object {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new CoglexError('validation_failed', { detail: 'The body must be a JSON object.' });
    const checked = Object.assign(new this.dto(), body);
    const errors = validateSync(checked, { whitelist: true, forbidNonWhitelisted: true }).flatMap(
      ({ property, constraints = {} }) =>
        Object.values(constraints).map((message) => ({ field: `/${property}`, message })),
    );
    if (errors.length > 0) throw new CoglexError('validation_failed', { detail: errors[0].message, errors });
    return checked;
  }
}
