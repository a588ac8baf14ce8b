import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { PROVIDER_KEY } from '../dto/model.dto.js';

/** For requests without a body: URLs are written into logs. */
const HEADER = 'X-Provider-Key';

/** @throws CoglexError `validation_failed` for what is no key */
export function checkProviderKey(key: unknown): string | undefined {
  if (key === undefined || key === '') return undefined;
  if (typeof key === 'string' && PROVIDER_KEY.test(key)) return key;
  throw new CoglexError('validation_failed', {
    detail: 'key must be the key of a provider',
    errors: [{ field: '/key', message: 'key must be the key of a provider' }],
  });
}

/** Injects the caller's own key at the provider, if there is one. */
export const ProviderKey = createParamDecorator((_: unknown, context: ExecutionContext) =>
  checkProviderKey(context.switchToHttp().getRequest<FastifyRequest>().headers[HEADER.toLowerCase()]),
);

/** Documents the header. */
export const ApiProviderKey = () =>
  ApiHeader({
    name: HEADER,
    required: false,
    description: 'The key with which the file was sent, if it was not the server’s.',
    schema: { type: 'string', format: 'password' },
  });
