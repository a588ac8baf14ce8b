import { isEmail } from 'class-validator';
import type { OAuthProfile, OAuthProvider } from './oauth-provider.js';

const MAX_TEXT = 256;

/**
 * Reads what a provider says of somebody.
 *
 * @param emails further addresses, for providers that list them apart
 * @returns `undefined` without an id: an answer that is a failure must not become everybody's account
 */
export function profileOf(
  provider: Pick<OAuthProvider, 'name' | 'vouches'>,
  body: Record<string, unknown>,
  emails?: unknown[],
): OAuthProfile | undefined {
  const identifier = idOf(body.sub) ?? idOf(body.id);
  if (identifier === undefined || body.error !== undefined) return undefined;
  const primary = emails ? primaryOf(emails) : { email: body.email, verified: body.email_verified };
  const email = typeof primary.email === 'string' && isEmail(primary.email) ? primary.email : null;
  return {
    provider: provider.name,
    identifier,
    name: textOf(body.name) ?? textOf(body.login) ?? null,
    email,
    // Some issuers send the flag as text.
    verified:
      provider.vouches && email !== null && (primary.verified === true || primary.verified === 'true'),
  };
}

function idOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
  return textOf(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT ? value : undefined;
}

function primaryOf(emails: unknown[]): { email?: unknown; verified?: unknown } {
  const listed = emails.filter((entry) => typeof entry === 'object' && entry !== null) as Record<
    string,
    unknown
  >[];
  return listed.find(({ primary }) => primary === true) ?? {};
}
