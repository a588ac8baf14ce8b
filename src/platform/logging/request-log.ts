import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Params } from 'nestjs-pino';
import type { Logger } from 'pino';
import { traceIdOf } from '../tracing/http-tracing.js';
import { isTracing } from '../tracing/tracing-state.js';
import { withinRequest } from './request-scope.js';

/** Probes come every few seconds and say nothing. */
const QUIET_PATHS = new Set(['/health/live', '/health/ready']);

/** How nestjs-pino is told to use a logger as it is: requests are logged here, by hooks of Fastify. */
export function pinoParams(logger: Logger): Params {
  return { pinoHttp: { logger, wrapSerializers: false }, forRoutes: [] };
}

/**
 * Logs one line for each request when its answer is out or its client is gone, and gives whatever is logged
 * meanwhile the same `requestId`. Bodies, headers and query strings are left out: they hold what callers would
 * not want in a log.
 */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => logRequest(logger, request, reply));
    withinRequest(request, done);
  });
  // The parser of the body goes on from events of the socket, which know nothing of the request.
  fastify.addHook('preValidation', (request, _reply, done) => withinRequest(request, done));
}

/** Logs the one line of a request that is over. */
export function logRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const path = pathOf(request);
  if (QUIET_PATHS.has(path)) return;
  const status = reply.raw.statusCode;
  const aborted = !reply.raw.writableFinished;
  const line = {
    requestId: request.id,
    ...(isTracing() ? { traceId: traceIdOf(request) } : {}),
    req: { method: request.method, path, ip: request.address },
    res: aborted ? { aborted } : { status },
    responseTime: Math.round(reply.elapsedTime * 10) / 10,
  };
  const message = `${request.method} ${path} ${aborted ? 'aborted' : status}`;
  if (status >= 500) logger.error(line, message);
  else logger.info(line, message);
}

/** The path that was asked for, without the query string. */
export function pathOf(request: FastifyRequest): string {
  return request.originalUrl.split('?', 1)[0];
}
