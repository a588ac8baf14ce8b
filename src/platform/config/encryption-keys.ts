/** A key of `ENCRYPTION_KEYS`. */
export interface EncryptionKey {
  /** Stands beside everything that was encrypted with it. */
  readonly id: string;
  /** 32 bytes. */
  readonly secret: Buffer;
}

const ID = /^[\w-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** Fewest different bytes of a key that somebody may have drawn by lot. */
const MIN_DISTINCT = 8;

/** Most keys at a time: every search for an encrypted value asks for each of them. */
const MAX_KEYS = 10;

/**
 * Reads `ENCRYPTION_KEYS`: `id:base64,…`, the first one current.
 *
 * @throws Error with a sentence that holds no key
 */
export function readEncryptionKeys(text: string): EncryptionKey[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) throw new Error('must name at least one key');
  if (entries.length > MAX_KEYS) throw new Error(`may have ${MAX_KEYS} keys`);
  const keys = entries.map(readKey);
  keys.forEach(({ id, secret }, at) => {
    const before = keys.slice(0, at);
    if (before.some((other) => other.id === id)) throw new Error(`names the key ${id} twice`);
    if (before.some((other) => other.secret.equals(secret)))
      throw new Error(`has the same key under two ids, one of them ${id}`);
  });
  return keys;
}

function readKey(entry: string, at: number): EncryptionKey {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, colon);
  if (colon === -1 || !ID.test(id))
    throw new Error(`[${at}] must be id:base64, and the id must have 1 to 32 letters, digits, "_" and "-"`);
  const base64 = entry.slice(colon + 1);
  const secret = Buffer.from(base64, 'base64');
  if (!BASE64.test(base64) || secret.length !== 32)
    throw new Error(`[${at}] (${id}) must be 32 bytes in base64, such as openssl rand -base64 32 makes`);
  if (new Set(secret).size < MIN_DISTINCT) throw new Error(`[${at}] (${id}) must be random`);
  return { id, secret };
}
