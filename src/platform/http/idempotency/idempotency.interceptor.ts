import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catchError, from, mergeMap, of, throwError, type Observable } from 'rxjs';
import { ProjectContext } from '../../tenancy/project-context.service.js';
import { CoglexError } from '../../errors/coglex-error.js';
import { callerOf } from '../../security/caller.js';
import { digestOf, IdempotencyStore, type KeyedRequest } from './idempotency-store.service.js';
import { IdempotencyToken } from './idempotency-token.js';

const HEADER = 'idempotency-key';
const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

declare module 'fastify' {
  interface FastifyRequest {
    idempotencyToken?: IdempotencyToken;
  }
}

/**
 * Answers a repeated request with the first answer: the same key and the same body mean the same work. Only what
 * succeeded is remembered; a failure leaves the key free for the next try.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly store: IdempotencyStore,
    private readonly context: ProjectContext,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = request.headers[HEADER];
    if (key === undefined) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key))
      throw new CoglexError('validation_failed', {
        detail: 'Idempotency-Key must have 1 to 255 printable ASCII characters.',
        errors: [{ field: '/Idempotency-Key', message: 'must have 1 to 255 printable ASCII characters' }],
      });
    const keyed = this.keyed(request, key);
    const claim = await this.store.claim(keyed);
    if (claim.kind === 'other' || claim.kind === 'running') throw refusal(claim.kind);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    if (claim.kind === 'answered') {
      void reply.status(claim.status).header('Idempotent-Replayed', 'true');
      return of(JSON.parse(claim.body));
    }
    const token = new IdempotencyToken(digestOf(keyed.id, this.context.project, claim.attempt));
    request.idempotencyToken = token;
    return next.handle().pipe(
      mergeMap((answer: unknown) => from(this.remember(keyed, reply, answer))),
      catchError((error: unknown) =>
        from(this.release(keyed, token)).pipe(mergeMap(() => throwError(() => error))),
      ),
    );
  }

  private keyed(request: FastifyRequest, key: string): KeyedRequest {
    const { key: apiKey, user } = callerOf(request);
    return {
      id: digestOf(apiKey?.id, user?.collection, user?.id, key),
      fingerprint: digestOf(request.method, request.url, sorted(request.body)),
    };
  }

  private async remember({ id }: KeyedRequest, reply: FastifyReply, answer: unknown): Promise<unknown> {
    await this.store.remember(id, reply.statusCode, JSON.stringify(answer ?? null));
    return answer;
  }

  private async release({ id }: KeyedRequest, { spoiled }: IdempotencyToken): Promise<void> {
    // That the answer could not be forgotten must not hide what went wrong; the key is free again in a minute.
    await this.store.release(id, spoiled).catch(() => undefined);
  }
}

function refusal(kind: 'other' | 'running'): CoglexError {
  if (kind === 'other')
    return new CoglexError('idempotency_conflict', {
      detail: 'This Idempotency-Key was sent with another request before.',
    });
  return new CoglexError('idempotency_conflict', {
    detail: 'The first request with this Idempotency-Key is still under way.',
    headers: { 'Retry-After': '1' },
  });
}

/** The same value whatever the order of its keys, for JSON has none. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, member]) => [key, sorted(member)]);
}
