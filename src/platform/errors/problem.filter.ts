import { Catch, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { pathOf } from '../logging/request-log.js';
import { ERRORS, type ErrorCode } from './catalogue.js';
import { CoglexError } from './coglex-error.js';
import { problemOf, PROBLEM_JSON } from './problem.js';
import { toCoglexError } from './to-coglex-error.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the problem that the request is answered with. */
    problem?: ErrorCode;
  }
}

/**
 * Sends every error as a problem: what the interceptor shaped, and what happens outside handlers (unknown
 * routes, parsers, guards).
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: PinoLogger) {
    logger.setContext(ProblemFilter.name);
  }

  catch(exception: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const unrouted = request.is404 && exception instanceof NotFoundException;
    const error = unrouted ? noRoute(request) : toCoglexError(exception);
    request.problem = error.code;
    const { level } = ERRORS[error.code];
    this.logger[level]({ code: error.code, ...(error.cause ? { err: error.cause } : {}) }, error.detail);
    if (reply.sent) return;
    void reply
      .status(error.status)
      // Also where no hook has run: `OPTIONS *` is answered before them.
      .headers({ 'X-Request-Id': request.id, ...error.headers })
      .type(PROBLEM_JSON)
      .send(JSON.stringify(problemOf(error, request.id)));
  }
}

/** Longest part of a path that is said back, in characters. */
const SHOWN_PATH = 200;

function noRoute(request: FastifyRequest): CoglexError {
  const path = pathOf(request).slice(0, SHOWN_PATH);
  return new CoglexError('not_found', { detail: `There is no route ${request.method} ${path}.` });
}
