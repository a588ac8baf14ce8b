import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply } from 'fastify';
import { tap, type Observable } from 'rxjs';
import { Config } from '../../../platform/config/config.js';
import { TOKEN_COOKIE } from '../../../platform/security/jwt.guard.js';
import type { SignedIn } from './session.js';

/** Cookie of the refresh token; it is sent to the accounts service alone. */
export const REFRESH_COOKIE = 'Refresh-Token';

/** Cookie that pages read the CSRF token from, after a reload for example. */
export const CSRF_COOKIE = 'CSRF-Token';

/** Path of the accounts service under the address of the server. */
const SERVICE_PATH = '/service/auth/v1';

/** Gives browsers the tokens of a sign-in as cookies, and takes them back. */
@Injectable()
export class SessionCookies implements NestInterceptor {
  private readonly options: CookieSerializeOptions;
  private readonly servicePath: string;

  constructor(private readonly config: Config) {
    const { AUTH_COOKIE_SAME_SITE: sameSite, baseUrl, isProduction } = config;
    const secure = isProduction || baseUrl.startsWith('https:') || sameSite === 'none';
    this.options = { httpOnly: true, secure, sameSite, path: '/' };
    this.servicePath = `${new URL(baseUrl).pathname.replace(/\/$/, '')}${SERVICE_PATH}`;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(tap((answer) => isSignedIn(answer) && this.set(reply, answer)));
  }

  set(reply: FastifyReply, { token, refresh_token, csrf_token, expires_in }: SignedIn): void {
    const maxAge = this.config.SERVER_SESSION_LIFETIME;
    void reply
      .setCookie(TOKEN_COOKIE, token, { ...this.options, maxAge: expires_in })
      .setCookie(REFRESH_COOKIE, refresh_token, { ...this.options, path: this.servicePath, maxAge })
      .setCookie(CSRF_COOKIE, csrf_token, { ...this.options, httpOnly: false, maxAge });
  }

  clear(reply: FastifyReply): void {
    void reply
      .clearCookie(TOKEN_COOKIE, this.options)
      .clearCookie(REFRESH_COOKIE, { ...this.options, path: this.servicePath })
      .clearCookie(CSRF_COOKIE, { ...this.options, httpOnly: false });
  }
}

function isSignedIn(answer: unknown): answer is SignedIn {
  return typeof answer === 'object' && answer !== null && 'refresh_token' in answer;
}
