import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { ProjectContext } from '../tenancy/project-context.service.js';
import { Projects } from '../tenancy/projects.service.js';
import { ANY_COLLECTION, type UserCollection } from './access.decorator.js';
import { AccessRules } from './access-rules.service.js';
import { callerOf } from './caller.js';
import { Csrf } from './csrf.service.js';
import { INVALID_TOKEN, invalidToken, UserTokens } from './user-tokens.service.js';

/** Name of the cookie that carries the token for browsers. */
export const TOKEN_COOKIE = 'Authorization';

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="coglex"' };

/** Checks the user token of every route that looks at it: `Authorization: Bearer`, else the cookie. */
@Injectable()
export class JwtGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly tokens: UserTokens,
    private readonly csrf: Csrf,
    private readonly context: ProjectContext,
    private readonly projects: Projects,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.rules.of(context);
    if (rule.kind === 'public' || rule.user === 'none') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const sent = tokenOf(request);
    if (sent === undefined) {
      if (rule.user === 'optional') return true;
      throw new CoglexError('token_required', {
        detail: 'Send the user token as Authorization: Bearer <token>.',
        headers: CHALLENGE,
      });
    }
    const caller = callerOf(request);
    const user = await this.tokens.verify(sent.token, this.collection(request, rule.collection));
    // A header is put there by a page of one's own; a cookie goes along with whatever makes the browser call.
    if (sent.by === 'cookie') this.csrf.check(request, user.session);
    // The key has decided on the project; where there is none, the token does.
    const isHere = caller.key
      ? user.project === this.context.project
      : await this.projects.enter(user.project);
    if (!isHere) throw invalidToken();
    caller.user = user;
    return true;
  }

  private collection(request: FastifyRequest, source: UserCollection | undefined): string | undefined {
    if (source === undefined) return this.config.MONGODB_AUTH_COLLECTION;
    if (source === ANY_COLLECTION) return undefined;
    return typeof source === 'string' ? source : (request.params as Record<string, string>)[source.parameter];
  }
}

/**
 * The user token of a request, whether it is good or not.
 *
 * @throws CoglexError `token_invalid` when the header holds something else
 */
export function tokenOf(request: FastifyRequest): { token: string; by: 'header' | 'cookie' } | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const match = /^Bearer +(\S+) *$/i.exec(header);
    // A header that cannot be read must not fall through to the cookie of somebody else.
    if (!match)
      throw new CoglexError('token_invalid', {
        detail: 'The Authorization header must be "Bearer <token>".',
        headers: INVALID_TOKEN,
      });
    return { token: match[1], by: 'header' };
  }
  const cookie = request.cookies[TOKEN_COOKIE];
  if (!cookie) return undefined;
  return { token: cookie.replace(/^Bearer +/i, ''), by: 'cookie' };
}
