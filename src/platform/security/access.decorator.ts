import { SetMetadata } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ApiBearerAuth, ApiSecurity } from '@nestjs/swagger';
import type { Config } from '../config/config.js';
import { ApiProblems } from '../openapi/api-problems.decorator.js';

/** A secret of a route's own, or where in the settings it stands. A setting without a value admits nobody. */
export type SecretSource = string | ((config: Config) => string | undefined);

/** Who may call a handler. */
export interface AccessOptions {
  /**
   * The `X-API-Key` that is needed: the server's (`true`, the default), one of the route's own
   * (`{ secret }`), or none (`false`).
   */
  key?: boolean | { secret: SecretSource };
  /**
   * The user token, in `Authorization: Bearer` or else in the `Authorization` cookie:
   * - `optional` (default): not needed, but must be valid when sent
   * - `required`: needed
   * - `none`: not looked at
   */
  user?: 'optional' | 'required' | 'none';
  /**
   * Collection whose users are accepted; `MONGODB_AUTH_COLLECTION` by default. `{ parameter }` takes its name from a
   * parameter of the path, {@link ANY_COLLECTION} accepts the users of all.
   */
  collection?: UserCollection;
  /** Whether a publishable key may call as well; it may not by default. */
  publishable?: boolean;
  /** Whether `SERVER_SECRET` alone may call, for what concerns more than one project. */
  root?: boolean;
  /** Which scope of the service a key needs; by default `read` for GET and HEAD, and `write` for the others. */
  action?: ScopeAction;
}

/** Users of every collection, each for itself. */
export const ANY_COLLECTION = Symbol('any collection');

/** Where the name of the collection stands whose users are accepted. */
export type UserCollection = string | { parameter: string } | typeof ANY_COLLECTION;

/** What a scope lets a key do. */
export type ScopeAction = 'read' | 'write';

/** What the guards read: options with their defaults, or why a handler is open to all. */
export type AccessRule =
  | { kind: 'public'; reason: string }
  | {
      kind: 'restricted';
      key: boolean | { secret: SecretSource };
      user: 'optional' | 'required' | 'none';
      collection?: UserCollection;
      publishable: boolean;
      root: boolean;
      action?: ScopeAction;
    };

/** Metadata key of the {@link AccessRule}. */
export const ACCESS_RULE = Symbol('access-rule');

/** Names of the security schemes in the OpenAPI document. */
export const API_KEY_SCHEME = 'apiKey';
export const USER_TOKEN_SCHEME = 'userToken';

/**
 * Declares who may call a handler, or every handler of a controller; on a handler it wins over its controller.
 * Drives the guards, the OpenAPI security and the permissions snapshot.
 *
 * @example
 * \@Access()                                                    // the server's API key; a user token may be sent
 * \@Access({ user: 'required' })                                // API key and signed-in user
 * \@Access({ publishable: true })                                // also a key that everybody knows
 * \@Access({ root: true })                                       // SERVER_SECRET and no other key
 * \@Access({ key: { secret: (config) => config.PARTNER_KEY } }) // a key of the route's own
 * \@Access({ key: false, user: 'required', collection: 'members' })
 */
export function Access(options: AccessOptions = {}): ClassDecorator & MethodDecorator {
  const { key = true, user = 'optional', collection, publishable = false, root = false, action } = options;
  if (key === false && user !== 'required')
    throw new Error('@Access() that needs neither key nor user is open to all: say so with @Public(reason)');
  if (root && (key !== true || publishable))
    throw new Error('@Access({ root: true }) takes no other key beside SERVER_SECRET');
  const rule: AccessRule = { kind: 'restricted', key, user, collection, publishable, root, action };
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const owner = (descriptor?.value ?? target) as object;
    Reflect.defineMetadata(ACCESS_RULE, rule, owner);
    const handlers = descriptor ? [descriptor] : undeclaredHandlers(target as { prototype: object });
    for (const handler of handlers) document(rule, handler);
  };
}

/**
 * Opens a handler, or every handler of a controller, to everybody.
 *
 * @param reason why that is safe; shown in the permissions snapshot
 */
export function Public(reason: string): ClassDecorator & MethodDecorator {
  if (reason.trim() === '') throw new Error('@Public() needs a reason');
  return SetMetadata(ACCESS_RULE, { kind: 'public', reason } satisfies AccessRule);
}

/**
 * Handlers that their controller speaks for. They are documented one by one: what OpenAPI holds for a controller
 * adds to its handlers instead of giving way to what they say themselves.
 */
function undeclaredHandlers({ prototype }: { prototype: object }): PropertyDescriptor[] {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).filter(
    ({ value }) =>
      typeof value === 'function' &&
      Reflect.hasMetadata(PATH_METADATA, value as object) &&
      !Reflect.hasMetadata(ACCESS_RULE, value as object),
  );
}

function document(rule: Extract<AccessRule, { kind: 'restricted' }>, handler: PropertyDescriptor): void {
  for (const decorate of documentation(rule)) decorate(handler.value as object, '', handler);
}

function documentation(rule: Extract<AccessRule, { kind: 'restricted' }>): MethodDecorator[] {
  const token = ['token_required', 'token_invalid'] as const;
  if (rule.key === false) return [ApiBearerAuth(USER_TOKEN_SCHEME), ApiProblems(...token, 'project_frozen')];
  const key = ['api_key_required', 'api_key_invalid', 'key_not_allowed', 'project_frozen'] as const;
  const both = ApiSecurity({ [API_KEY_SCHEME]: [], [USER_TOKEN_SCHEME]: [] });
  if (rule.user === 'none') return [ApiSecurity(API_KEY_SCHEME), ApiProblems(...key)];
  if (rule.user === 'required') return [both, ApiProblems(...key, ...token)];
  return [ApiSecurity(API_KEY_SCHEME), both, ApiProblems(...key, 'token_invalid')];
}
