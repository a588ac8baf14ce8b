import type { Socket } from 'node:net';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { CoglexError } from '../errors/coglex-error.js';

/** Time that running requests have to finish, in milliseconds; orchestrators kill after 10 s. */
const DRAIN_MS = 7000;

/** On SIGTERM running requests finish and new ones get 503; what still runs at the deadline is cut off. */
@Injectable()
export class GracefulShutdown implements OnModuleDestroy {
  private closing = false;
  /** Connections without a request so far; Node takes them for busy, and would wait for them. */
  private readonly unused = new Set<Socket>();

  constructor(private readonly host: HttpAdapterHost<FastifyAdapter>) {}

  /** Must be called before the server is ready, for hooks cannot be added later. */
  install(): void {
    const fastify = this.host.httpAdapter.getInstance();
    fastify.server.on('connection', (socket) => {
      this.unused.add(socket);
      socket.once('close', () => this.unused.delete(socket));
    });
    fastify.addHook('onRequest', (request, _reply, done) => {
      this.unused.delete(request.raw.socket);
      done(this.closing ? new CoglexError('shutting_down', { headers: { 'Retry-After': '5' } }) : undefined);
    });
    fastify.addHook('onSend', (_request, reply, payload, done) => {
      // Kept alive, the connection of the last request would hold the server up.
      if (this.closing) void reply.header('Connection', 'close');
      done(null, payload);
    });
  }

  onModuleDestroy(): void {
    this.closing = true;
    for (const socket of this.unused) socket.destroy();
    const { server } = this.host.httpAdapter.getInstance();
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  }
}
