import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../errors/coglex-error.js';
import { equalSecrets } from './equal-secrets.js';
import { SigningKeys } from './signing-keys.service.js';

/** Header that carries the token. */
export const CSRF_HEADER = 'x-csrf-token';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Tells requests that a page of one's own makes from those that a foreign page makes the browser send: the token
 * goes with the session, and only who could read the answer of the sign-in knows it.
 */
@Injectable()
export class Csrf {
  constructor(private readonly keys: SigningKeys) {}

  /** The token of a session; the same for its whole life. */
  tokenOf(session: string): string {
    return createHmac('sha256', this.keys.derive('csrf-token')).update(session).digest('base64url');
  }

  /**
   * For a request whose session the browser has named by a cookie.
   *
   * @throws CoglexError `csrf_token_invalid` when it changes something and lacks the token
   */
  check(request: FastifyRequest, session: string): void {
    if (SAFE_METHODS.has(request.method)) return;
    const sent = request.headers[CSRF_HEADER];
    if (typeof sent !== 'string' || !equalSecrets(sent, this.tokenOf(session)))
      throw new CoglexError('csrf_token_invalid', {
        detail:
          'A request that changes something by cookie needs the csrf_token of its session as X-CSRF-Token.',
      });
  }
}
