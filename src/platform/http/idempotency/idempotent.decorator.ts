import {
  applyDecorators,
  createParamDecorator,
  UseInterceptors,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../../openapi/api-problems.decorator.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import type { IdempotencyToken } from './idempotency-token.js';

/**
 * Lets callers repeat a request safely with an `Idempotency-Key`: the same key and body get the same answer for a
 * day, another body gets 409, and so does a repeat while the first is under way.
 */
export const Idempotent = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Any text of yours. A repeat with the same key and body gets the same answer, for 24 hours.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    }),
    ApiProblems('idempotency_conflict'),
  );

/** Injects what a provider knows the work by; `undefined` when the caller has sent no key. */
export const RequestToken = createParamDecorator(
  (_: unknown, context: ExecutionContext): IdempotencyToken | undefined =>
    context.switchToHttp().getRequest<FastifyRequest>().idempotencyToken,
);
