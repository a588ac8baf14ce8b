const SLOTS = 4096;
const MAX_LENGTH = 48;

/**
 * Field names that were read before. The same few names come again in every document; taking the string from here
 * saves making and hashing a new one. Direct-mapped, so that its size is bounded.
 */
const cache = new Array<string>(SLOTS).fill('');

/**
 * The ASCII name in `bytes[start, end)`.
 *
 * @param hash any mix of the bytes, made while their end was searched
 */
export function cachedKey(bytes: Buffer, start: number, end: number, hash: number): string {
  const length = end - start;
  if (length > MAX_LENGTH) return bytes.toString('latin1', start, end);
  const slot = hash & (SLOTS - 1);
  const cached = cache[slot] ?? '';
  if (cached.length === length && holds(bytes, start, cached)) return cached;
  const key = bytes.toString('latin1', start, end);
  cache[slot] = key;
  return key;
}

function holds(bytes: Buffer, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
