import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { Projects } from '../tenancy/projects.service.js';
import type { AccessRule, SecretSource } from './access.decorator.js';
import { AccessRules } from './access-rules.service.js';
import { callerOf, type KeyClaims } from './caller.js';
import { equalSecrets } from './equal-secrets.js';
import { KeyRing } from './key-ring.service.js';
import { checkKey } from './keys/check-key.js';

/** RFC 9110 asks every 401 to say how one would be let in. */
const CHALLENGE = { 'WWW-Authenticate': 'ApiKey realm="coglex"' };

/** With it the root key, which belongs to the default project, reaches another one. */
const PROJECT_HEADER = 'x-project';

/** Checks the `X-API-Key` header of every route that asks for one, and enters the project that the key opens. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly rules: AccessRules,
    private readonly keys: KeyRing,
    private readonly projects: Projects,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const rule = this.rules.of(context);
    if (rule.kind === 'public' || rule.key === false) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = await this.keyOf(request, rule.key);
    if (!key || !(await this.enter(key, request)))
      throw new CoglexError('api_key_invalid', { headers: CHALLENGE });
    checkKey(key, rule, request);
    callerOf(request).key = key;
    return true;
  }

  private async keyOf(
    request: FastifyRequest,
    wanted: Extract<AccessRule, { kind: 'restricted' }>['key'],
  ): Promise<KeyClaims | undefined> {
    const sent = request.headers['x-api-key'];
    if (sent === undefined || sent === '')
      throw new CoglexError('api_key_required', {
        detail: 'Send the API key in the X-API-Key header.',
        headers: CHALLENGE,
      });
    // Several keys at once arrive as one text, or as a list: neither is a key.
    if (typeof sent !== 'string') return undefined;
    return typeof wanted === 'object' ? this.routeKey(sent, wanted.secret) : this.keys.find(sent, request);
  }

  /** @returns whether the project of the key is there; a key of a project that was deleted is none */
  private async enter({ type, project }: KeyClaims, request: FastifyRequest): Promise<boolean> {
    const named = request.headers[PROJECT_HEADER];
    if (type === 'root') {
      if (named !== undefined && !(await this.projects.enter(String(named))))
        throw new CoglexError('not_found', { detail: 'There is no such project as X-Project names.' });
      return true;
    }
    if (project === undefined) return true;
    if (!(await this.projects.enter(project))) return false;
    if (named !== undefined && named !== project)
      throw new CoglexError('key_not_allowed', {
        detail: 'X-Project names another project than that of the key.',
      });
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
