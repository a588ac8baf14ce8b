import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CoglexError } from '../errors/coglex-error.js';

/** Media types of bodies that handlers read by themselves, as they come in. */
export type StreamedType = 'multipart/form-data' | 'application/offset+octet-stream';

const TYPES: readonly StreamedType[] = ['multipart/form-data', 'application/offset+octet-stream'];

declare module 'fastify' {
  interface FastifyContextConfig {
    streamedBody?: StreamedType;
  }
}

/**
 * Declares that a handler reads bodies of a media type as a stream, without a parser and without its limits. On
 * every other route such a body is refused with 415.
 */
export const StreamedBody = (type: StreamedType): MethodDecorator => RouteConfig({ streamedBody: type });

/** Lets bodies of the streamed media types pass unread to the routes that ask for them. */
export function passStreamedBodies(fastify: FastifyInstance): void {
  for (const type of TYPES)
    fastify.addContentTypeParser(type, (request: FastifyRequest, _payload, done) => {
      const wanted = request.routeOptions.config.streamedBody === type;
      done(wanted ? null : new CoglexError('unsupported_media_type'));
    });
}
