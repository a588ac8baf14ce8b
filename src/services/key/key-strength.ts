import { CoglexError } from '../../platform/errors/coglex-error.js';
import type { KeyClaims } from '../../platform/security/caller.js';
import { EVERYTHING, isWithin } from '../../platform/security/keys/scopes.js';

/** The points in which no key may make a stronger one. Project and type are the others. */
export interface Strength {
  scopes: string[];
  /** Pages that may send it; all when empty. */
  origins: string[];
  /** When it ends; never when `null`. */
  expires_at: Date | null;
}

/**
 * What a new key may do: what was asked for, and where nothing was, what its maker may do.
 *
 * @throws CoglexError `key_not_allowed` when it would be stronger than its maker
 */
export function grant(maker: KeyClaims, asked: Partial<Strength>): Strength {
  const own = strengthOf(maker);
  const granted = {
    scopes: asked.scopes ?? own.scopes,
    origins: asked.origins ?? own.origins,
    expires_at: asked.expires_at === undefined ? own.expires_at : asked.expires_at,
  };
  checkStrength(granted, maker);
  return granted;
}

/** @throws CoglexError `key_not_allowed` when a key is stronger than the one that asks for it */
export function checkStrength(key: Strength, maker: KeyClaims): void {
  const own = strengthOf(maker);
  if (!isWithin(key.scopes, own.scopes)) throw tooStrong('scopes');
  if (!hasOnlyOrigins(key.origins, own.origins)) throw tooStrong('origins');
  if (own.expires_at && (!key.expires_at || key.expires_at > own.expires_at)) throw tooStrong('expires_at');
}

function strengthOf({ scopes, origins, expiresAt }: KeyClaims): Strength {
  return {
    scopes: [...(scopes ?? [EVERYTHING])],
    origins: [...(origins ?? [])],
    expires_at: expiresAt ?? null,
  };
}

const isOpen = (origins: string[]) => origins.length === 0 || origins.includes('*');

function hasOnlyOrigins(origins: string[], own: string[]): boolean {
  if (isOpen(own)) return true;
  return !isOpen(origins) && origins.every((origin) => own.includes(origin));
}

function tooStrong(field: keyof Strength): CoglexError {
  const message = `${field} must not go beyond those of the key that asks`;
  return new CoglexError('key_not_allowed', {
    detail: `A key cannot make one stronger than itself: ${message}.`,
    errors: [{ field: `/${field}`, message }],
  });
}
