import type { FastifyRequest } from 'fastify';
import { CoglexError } from '../../errors/coglex-error.js';
import type { AccessRule, ScopeAction } from '../access.decorator.js';
import type { KeyClaims } from '../caller.js';
import { allows } from './scopes.js';

/** Where the name of a service stands in the path of a route. */
const SERVICE = /^\/(?:service|gateway)\/([^/:]+)/;

const refuse = (detail: string) => new CoglexError('key_not_allowed', { detail });

/**
 * Whether a key may call a handler with this request: by its type, by the page that sends it, and by its scopes.
 *
 * @throws CoglexError `key_not_allowed`
 */
export function checkKey(
  key: KeyClaims,
  rule: Extract<AccessRule, { kind: 'restricted' }>,
  request: FastifyRequest,
): void {
  if (key.type === 'publishable' && !rule.publishable) throw refuse('This route needs a secret key.');
  if (rule.root && key.type !== 'root') throw refuse('This route takes SERVER_SECRET alone.');
  checkOrigin(key, request.headers.origin);
  if (!key.scopes) return;
  const action = rule.action ?? actionOf(request.method);
  const service = SERVICE.exec(request.routeOptions.url ?? '')?.[1];
  const { collection } = request.params as { collection?: string };
  if (!allows(key.scopes, { service, collection, action }))
    throw refuse(
      `The key has no scope for this: ${[service, collection, action].filter(Boolean).join(':')}.`,
    );
}

/** Servers send no `Origin`, and pages cannot leave it out. */
function checkOrigin({ origins }: KeyClaims, origin: string | undefined): void {
  if (!origins?.length || origin === undefined) return;
  if (!origins.includes('*') && !origins.includes(origin))
    throw refuse('The key may not be sent by pages of this origin.');
}

const actionOf = (method: string): ScopeAction => (method === 'GET' || method === 'HEAD' ? 'read' : 'write');
