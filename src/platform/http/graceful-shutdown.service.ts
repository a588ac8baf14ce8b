import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { CoglexError } from '../errors/coglex-error.js';

/** Time that running requests have to finish; orchestrators kill after 10 s. */
const DRAIN_MS = 8000;

/** On SIGTERM running requests finish and new ones get 503; what still runs at the deadline is cut off. */
@Injectable()
export class GracefulShutdown implements OnModuleDestroy {
  private closing = false;

  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  /** Must be called before the server is ready, for hooks cannot be added later. */
  install(): void {
    this.host.httpAdapter.getInstance().addHook('onRequest', (_request, reply, done) => {
      if (!this.closing) return done();
      void reply.header('Connection', 'close');
      done(new CoglexError('shutting_down', { headers: { 'Retry-After': '5' } }));
    });
  }

  onModuleDestroy(): void {
    this.closing = true;
    const server = this.host.httpAdapter.getInstance().server;
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  }
}
