import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { BrowserStates } from './browser-states.service.js';
import { BrowserStrategies } from './browser-strategies.service.js';
import type { OAuthProfile } from './oauth-provider.js';
import { stateInvalid, type StateClaims } from './oauth-states.service.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a finished browser flow has found out. */
    oauth?: { profile: OAuthProfile; claims: StateClaims };
  }
}

/** What passport asks of an answer, on Fastify's. */
class PassportReply {
  statusCode = 302;

  constructor(private readonly reply: FastifyReply) {}

  setHeader(name: string, value: string): void {
    // Fastify counts by itself.
    if (name.toLowerCase() !== 'content-length') void this.reply.header(name, value);
  }

  end(): void {
    void this.reply.status(this.statusCode).send();
  }
}

/** Sends a browser to its provider, and finds out who comes back, by the passport strategy of the provider. */
@Injectable()
export class BrowserFlowGuard implements CanActivate {
  constructor(
    private readonly strategies: BrowserStrategies,
    private readonly states: BrowserStates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context
      .switchToHttp()
      .getRequest<FastifyRequest<{ Params: { provider: string }; Querystring: Record<string, unknown> }>>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const isCallback = request.routeOptions.url?.endsWith('/callback') === true;
    // Refused by the user: nothing to find out; the handler sends the browser home.
    if (isCallback && request.query.error !== undefined) return true;
    if (isCallback && typeof request.query.code !== 'string') throw stateInvalid();
    if (!isCallback) this.states.bind(request, reply);
    const Guard = AuthGuard(await this.strategies.nameOf(request.params.provider));
    return new (class extends Guard {
      getResponse(): PassportReply {
        return new PassportReply(reply);
      }

      override handleRequest<T>(error: unknown, profile: T | false): T {
        if (error) throw unwrapped(error);
        if (!profile) throw stateInvalid();
        const { state: claims } = (request as unknown as { authInfo: { state: StateClaims } }).authInfo;
        request.oauth = { profile: profile as unknown as OAuthProfile, claims };
        return profile;
      }
    })().canActivate(context) as Promise<boolean>;
  }
}

/** The strategies wrap what our client throws. */
function unwrapped(error: unknown): unknown {
  const inner = (error as { oauthError?: unknown }).oauthError;
  return inner instanceof CoglexError ? inner : error;
}
