import type { ScopeAction } from '../access.decorator.js';

/** What a request needs of the scopes of its key. */
export interface ScopeNeed {
  /** Name of the service, such as `storage`; `undefined` for what is no service. */
  service: string | undefined;
  /** Collection that the route names, if it names one. */
  collection?: string;
  action: ScopeAction;
}

/** The scope that holds every other. */
export const EVERYTHING = '*';

/** `service[:collection]:read|write|*`, or `*`. */
const SCOPE = /^(?:\*|[a-z][a-z0-9-]{0,49}(?::\w[\w-]{0,99})?:(?:read|write|\*))$/;

/** Whether text is a scope. */
export const isScope = (text: unknown): text is string => typeof text === 'string' && SCOPE.test(text);

/**
 * Whether scopes allow what a request needs. Without scopes everything is allowed. A scope of one collection
 * allows nothing on a route that names none: it could not be kept there.
 */
export function allows(scopes: readonly string[] | undefined, need: ScopeNeed): boolean {
  if (!scopes || scopes.includes(EVERYTHING)) return true;
  const { service, collection, action } = need;
  if (service === undefined) return false;
  const places = collection === undefined ? [service] : [service, `${service}:${collection}`];
  return places.some((place) => scopes.includes(`${place}:${action}`) || scopes.includes(`${place}:*`));
}

/** Whether everything that the one scopes allow is allowed by the others as well. */
export function isWithin(
  scopes: readonly string[] | undefined,
  others: readonly string[] | undefined,
): boolean {
  if (!others || others.includes(EVERYTHING)) return true;
  if (!scopes || scopes.includes(EVERYTHING)) return false;
  return scopes.flatMap(needsOf).every((need) => allows(others, need));
}

/** The single permissions that a scope, other than {@link EVERYTHING}, is made of. */
function needsOf(scope: string): ScopeNeed[] {
  const parts = scope.split(':');
  const action = parts.at(-1);
  const collection = parts.length === 3 ? parts[1] : undefined;
  const actions = action === EVERYTHING ? (['read', 'write'] as const) : [action as ScopeAction];
  return actions.map((each) => ({ service: parts[0], collection, action: each }));
}
