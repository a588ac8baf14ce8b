/** A sign-in provider of `OAUTH_PROVIDERS`. */
export interface ProviderEntry {
  /** Name in the routes. */
  name: string;
  client_id: string;
  client_secret: string;
  /** Address of an OpenID Connect issuer, which tells the three addresses below by itself. */
  issuer?: string;
  authorization_url?: string;
  token_url?: string;
  userinfo_url?: string;
  /** Separated by spaces; `openid email profile` by default. */
  scope?: string;
}

const REQUIRED = ['name', 'client_id', 'client_secret'] as const;
const ADDRESSES = ['authorization_url', 'token_url', 'userinfo_url'] as const;
const KNOWN = new Set<string>([...REQUIRED, ...ADDRESSES, 'issuer', 'scope']);

/**
 * Reads `OAUTH_PROVIDERS`.
 *
 * @throws Error with a sentence that holds no value, for there are secrets among them
 */
export function readProviders(text: string): ProviderEntry[] {
  const entries = parse(text);
  if (!Array.isArray(entries)) throw new Error('must be a list in JSON');
  return entries.map((entry, index) => checked(entry, index));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('must be valid JSON');
  }
}

function checked(entry: unknown, index: number): ProviderEntry {
  const fail = (problem: string): never => {
    throw new Error(`[${index}] ${problem}`);
  };
  if (typeof entry !== 'object' || entry === null) return fail('must be an object');
  const values = entry as Record<string, unknown>;
  for (const [name, value] of Object.entries(values)) {
    if (!KNOWN.has(name)) fail('has a member that nobody knows');
    if (typeof value !== 'string' || value === '') fail(`${name} must be a text`);
  }
  for (const name of REQUIRED) if (values[name] === undefined) fail(`needs ${name}`);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(String(values.name)))
    fail('name must have letters in lower case, digits and -');
  const given = [...ADDRESSES, 'issuer'].filter((name) => values[name] !== undefined);
  for (const name of given)
    if (!/^https?:$/.test(URL.canParse(String(values[name])) ? new URL(String(values[name])).protocol : ''))
      fail(`${name} must be an http or https address`);
  if (values.issuer === undefined && !ADDRESSES.every((name) => values[name] !== undefined))
    fail('needs issuer, or authorization_url, token_url and userinfo_url');
  return values as unknown as ProviderEntry;
}
