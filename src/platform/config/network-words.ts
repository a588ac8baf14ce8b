import { isIP } from 'node:net';

/** Whether a word is `*` or the origin of web pages, spelled as browsers send it. */
export function isOrigin(word: string): boolean {
  if (word === '*') return true;
  return !word.includes('*') && URL.canParse(word) && new URL(word).origin === word;
}

/** Whether a word is an address, a CIDR, or says for all addresses whether they are proxies. */
export function isProxy(word: string): boolean {
  if (word === 'true' || word === 'false') return true;
  const [address, bits, rest] = word.split('/');
  const family = isIP(address);
  if (family === 0 || rest !== undefined) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Whether a word is an address or a CIDR. */
export function isNetwork(word: string): boolean {
  return word !== 'true' && word !== 'false' && isProxy(word);
}

/** Whether a word is a host name, an address or a CIDR. */
export function isHostOrRange(word: string): boolean {
  if (word === 'true' || word === 'false') return false;
  return isNetwork(word) || /^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/i.test(word);
}

/** Whether a word is a media type, or a kind of them such as `image/*`. */
export function isMediaRange(word: string): boolean {
  return /^[a-z0-9][a-z0-9!#$&^_.+-]*\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*)$/.test(word);
}

/** Whether a word is an address of the web that a browser can be sent to. */
export function isRedirect(word: string): boolean {
  if (!URL.canParse(word)) return false;
  const { protocol, hash, username, password } = new URL(word);
  return /^https?:$/.test(protocol) && hash === '' && username === '' && password === '';
}

/** Whether a word is the address of a Redis server, with the number of a database or without. */
export function isRedisUrl(word: string): boolean {
  if (!URL.canParse(word)) return false;
  const { protocol, hostname, pathname } = new URL(word);
  return /^rediss?:$/.test(protocol) && hostname !== '' && /^(?:\/\d{0,3})?$/.test(pathname);
}
