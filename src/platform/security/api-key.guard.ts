import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import type { SecretSource } from './access.decorator.js';
import { AccessRules } from './access-rules.service.js';
import { callerOf } from './caller.js';
import { equalSecrets } from './equal-secrets.js';

/** RFC 9110 asks every 401 to say how one would be let in. */
const CHALLENGE = { 'WWW-Authenticate': 'ApiKey realm="coglex"' };

/** Checks the `X-API-Key` header of every route that asks for one. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly config: Config,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const rule = this.rules.of(context);
    if (rule.kind === 'public' || rule.key === false) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const sent = request.headers['x-api-key'];
    if (sent === undefined || sent === '')
      throw new CoglexError('api_key_required', {
        detail: 'Send the API key in the X-API-Key header.',
        headers: CHALLENGE,
      });
    const secret = rule.key === true ? this.config.SERVER_SECRET : this.resolve(rule.key.secret);
    if (typeof sent !== 'string' || !secret || !equalSecrets(sent, secret))
      throw new CoglexError('api_key_invalid', { headers: CHALLENGE });
    callerOf(request).hasKey = true;
    return true;
  }

  private resolve(secret: SecretSource): string | undefined {
    return typeof secret === 'string' ? secret : secret(this.config);
  }
}
