import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { ERRORS } from './catalogue.js';
import { problemOf, PROBLEM_JSON } from './problem.js';
import { toCoglexError } from './to-coglex-error.js';

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
    const error = toCoglexError(exception);
    const { level } = ERRORS[error.code];
    const line = { code: error.code, requestId: request.id, ...(error.cause ? { err: error.cause } : {}) };
    this.logger[level](line, error.detail);
    if (reply.sent) return;
    void reply
      .status(error.status)
      .headers(error.headers ?? {})
      .type(PROBLEM_JSON)
      .send(JSON.stringify(problemOf(error, request.id)));
  }
}
