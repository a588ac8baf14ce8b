import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type TextMapGetter,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TRACER } from './in-span.js';

declare module 'fastify' {
  interface FastifyRequest {
    trace?: Context;
  }
}

const HEADERS: TextMapGetter<FastifyRequest['headers']> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
};

/** Gives every request a span by the template of its route; a `traceparent` makes it a part of the caller's trace. */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url;
    const parent = propagation.extract(context.active(), request.headers, HEADERS);
    const span = trace.getTracer(TRACER).startSpan(
      route === undefined ? request.method : `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'http.route': route,
          'network.protocol.version': request.raw.httpVersion,
          'coglex.request_id': request.id,
        },
      },
      parent,
    );
    request.trace = trace.setSpan(parent, span);
    reply.raw.once('close', () => {
      const { writableFinished, statusCode } = reply.raw;
      if (writableFinished) span.setAttribute('http.response.status_code', statusCode);
      else span.setAttribute('error.type', 'aborted');
      if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(request.trace, done);
  });
  // The parser of the body goes on from events of the socket, which know nothing of the span.
  fastify.addHook('preValidation', (request, _reply: FastifyReply, done) => {
    if (request.trace) context.with(request.trace, done);
    else done();
  });
}

/** The trace of a request, for the line in the log that comes when it is over. */
export const traceIdOf = ({ trace: own }: FastifyRequest): string | undefined =>
  own && trace.getSpanContext(own)?.traceId;
