import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { Csrf } from '../../../platform/security/csrf.service.js';
import type { RefreshDto } from './dto/sessions.dto.js';
import { RefreshTokens } from './refresh-tokens.service.js';
import { REFRESH_COOKIE } from './session-cookies.js';
import { Sessions } from './sessions.service.js';

/** Finds the refresh token of a request: in its body, else in its cookie. */
@Injectable()
export class RefreshRequests {
  constructor(
    private readonly sessions: Sessions,
    private readonly refreshTokens: RefreshTokens,
    private readonly csrf: Csrf,
  ) {}

  /** @throws CoglexError `refresh_token_invalid` when there is none, `csrf_token_invalid` */
  tokenOf(body: RefreshDto, request: FastifyRequest): string {
    const token = this.find(body, request);
    if (token === undefined)
      throw new CoglexError('refresh_token_invalid', {
        detail:
          'Send the refresh token as refresh_token, or its cookie. To sign out, the user token will do.',
        headers: { 'WWW-Authenticate': 'Bearer realm="coglex"' },
      });
    return token;
  }

  /**
   * Ends the session of the refresh token.
   *
   * @throws CoglexError `refresh_token_invalid` when there is none
   */
  async end(body: RefreshDto, request: FastifyRequest): Promise<void> {
    const token = this.tokenOf(body, request);
    // One that is spent or expired belongs to no session: there is nothing to end, as asked.
    const session = await this.sessions.ofRefreshToken(token);
    if (session) await this.sessions.end(session._id);
  }

  private find(body: RefreshDto, request: FastifyRequest): string | undefined {
    if (body.refresh_token !== undefined) return body.refresh_token;
    const cookie = request.cookies[REFRESH_COOKIE];
    const claims = cookie === undefined ? undefined : this.refreshTokens.read(cookie);
    if (claims) this.csrf.check(request, claims.session);
    return cookie;
  }
}
