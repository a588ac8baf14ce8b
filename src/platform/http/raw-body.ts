import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

/**
 * Gives a handler the bytes of a JSON body instead of its value, as `@Body() body: Buffer`: a signature is over the
 * bytes, and a body that was parsed and written anew has others. The handler parses them itself, once it trusts them.
 */
export const TakesRawBody = (): MethodDecorator =>
  applyDecorators(
    RouteConfig({ rawBody: true }),
    ApiBody({ schema: { type: 'object', additionalProperties: true } }),
  );

/** Whether the handler of a request has asked for the bytes. */
export function takesRawBody({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { rawBody?: boolean } | undefined)?.rawBody === true;
}
