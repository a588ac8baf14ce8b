import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Id of the project that is always there; `SERVER_SECRET` belongs to it. */
export const DEFAULT_PROJECT = 'default';

interface Scope {
  project: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    scope?: Scope;
  }
}

/**
 * Knows for which project the present work is done: it follows a request, or a piece of background work, through
 * everything that it awaits. Services never pass a project on.
 */
@Injectable()
export class ProjectContext {
  private readonly scopes = new AsyncLocalStorage<Scope>();

  /** Id of the current project; the default one outside of every request. */
  get project(): string {
    return this.scopes.getStore()?.project ?? DEFAULT_PROJECT;
  }

  /** Does background work for a project. */
  run<T>(project: string, work: () => T): T {
    return this.scopes.run({ project }, work);
  }

  /** Decides the project of the current request; for the guards, which learn it from the key or the token. */
  choose(project: string): void {
    const scope = this.scopes.getStore();
    if (!scope) throw new Error('A project can be chosen only within a request; background work uses run()');
    scope.project = project;
  }

  /** Gives every request a scope. Must be called before the server is ready. */
  install(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, _reply, done) => {
      request.scope = { project: DEFAULT_PROJECT };
      this.scopes.run(request.scope, done);
    });
    // The parser of the body goes on from events of the socket, which know nothing of the scope.
    fastify.addHook('preValidation', (request, _reply, done) => {
      if (request.scope) this.scopes.run(request.scope, done);
      else done();
    });
  }
}
