import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import type { SecretSource } from './access.decorator.js';
import { AccessRules } from './access-rules.service.js';
import { callerOf, type KeyClaims } from './caller.js';
import { equalSecrets } from './equal-secrets.js';
import { KeyRing } from './key-ring.service.js';

/** RFC 9110 asks every 401 to say how one would be let in. */
const CHALLENGE = { 'WWW-Authenticate': 'ApiKey realm="coglex"' };

/** Checks the `X-API-Key` header of every route that asks for one. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly keys: KeyRing,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.rules.of(context);
    if (rule.kind === 'public' || rule.key === false) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const sent = request.headers['x-api-key'];
    if (sent === undefined || sent === '')
      throw new CoglexError('api_key_required', {
        detail: 'Send the API key in the X-API-Key header.',
        headers: CHALLENGE,
      });
    // Several keys at once arrive as one text, or as a list: neither is a key.
    const key =
      typeof sent !== 'string'
        ? undefined
        : rule.key === true
          ? await this.keys.find(sent)
          : this.routeKey(sent, rule.key.secret);
    if (!key) throw new CoglexError('api_key_invalid', { headers: CHALLENGE });
    if (key.type === 'publishable' && !rule.publishable)
      throw new CoglexError('key_not_allowed', { detail: 'This route needs a secret key.' });
    callerOf(request).key = key;
    return true;
  }

  private routeKey(sent: string, source: SecretSource): KeyClaims | undefined {
    const secret = this.resolve(source);
    return secret && equalSecrets(sent, secret) ? { id: 'route', type: 'route' } : undefined;
  }

  private resolve(secret: SecretSource): string | undefined {
    return typeof secret === 'string' ? secret : secret(this.config);
  }
}
