import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Address that the request comes from, in its one canonical spelling, behind the proxies that are trusted. */
    readonly address: string;
  }
}

/** Whether an address in canonical spelling is a proxy's whose word counts. */
export type Trust = (address: string) => boolean;

/** Most proxies in a row: whoever trusts everybody shall not have to read a header of thousands. */
const MAX_HOPS = 32;

/** Longest text that can be an address with a zone and a port. */
const MAX_TEXT = 80;

/** What a connection without an address is called, such as one through a socket of the file system. */
const NOBODY = 'unknown';

/**
 * One spelling for each address: IPv6 in lower case and short, IPv4 within IPv6 as IPv4, without brackets, port and
 * zone, which some proxies add. Otherwise each spelling would be another client.
 *
 * @returns `undefined` for what is no address
 */
export function canonicalAddress(text: string): string | undefined {
  if (text.length > MAX_TEXT) return undefined;
  if (isIPv4(text)) return text;
  const bare = text.trim().replace(/^"(.*)"$/, '$1');
  const [, v4] = /^([\d.]+)(?::\d{1,5})?$/.exec(bare) ?? [];
  if (v4 !== undefined) return isIPv4(v4) ? v4 : undefined;
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(bare) ?? [];
  const v6 = (bracketed ?? bare).replace(/%.*$/, '');
  if (!isIPv6(v6)) return undefined;
  const parsed = ipaddr.IPv6.parse(v6);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toString();
}

/** @param words of `TRUST_PROXY`: addresses, CIDRs, or a single `true` or `false` */
export function trustOf(words: readonly string[]): Trust | undefined {
  if (words.includes('true')) return () => true;
  const ranges = words.filter((word) => word !== 'false').map((word) => rangeOf(word));
  if (ranges.length === 0) return undefined;
  return (address) => {
    if (address === NOBODY || address === '') return false;
    const parsed = ipaddr.parse(address);
    return ranges.some(([range, bits]) => range.kind() === parsed.kind() && parsed.match(range, bits));
  };
}

function rangeOf(word: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const [text, bits] = word.split('/');
  const address = ipaddr.parse(text);
  const whole = address.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? whole : Number(bits);
  // Peers are compared in their canonical spelling, in which there is no IPv4 within IPv6.
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && length >= 96
    ? [address.toIPv4Address(), length - 96]
    : [address, length];
}

/**
 * The address that counts: that of the connection, or, where it is a trusted proxy's, the rightmost in
 * `X-Forwarded-For` that is not. All to the left of it is what the client says of itself. A proxy that passes on what is
 * no address stands for it: what nobody can read must not make a client into many.
 */
export function clientAddress({ socket, headers }: IncomingMessage, trust: Trust | undefined): string {
  let address = canonicalAddress(socket.remoteAddress ?? '') ?? NOBODY;
  if (!trust?.(address)) return address;
  const header = headers['x-forwarded-for'];
  let rest = typeof header === 'string' ? header : '';
  for (let hop = 0; hop < MAX_HOPS && rest !== ''; hop += 1) {
    const comma = rest.lastIndexOf(',');
    const said = rest.slice(comma + 1).trim();
    rest = rest.slice(0, Math.max(0, comma));
    if (said === '') continue;
    const before = canonicalAddress(said);
    if (before === undefined) return address;
    address = before;
    if (!trust(address)) return address;
  }
  return address;
}

const MEMO = Symbol('client-address');

/** Gives every request its {@link FastifyRequest.address}. */
export function nameAddresses(fastify: FastifyInstance, trust: Trust | undefined): void {
  fastify.decorateRequest('address', {
    getter(this: FastifyRequest & { [MEMO]?: string }) {
      return (this[MEMO] ??= clientAddress(this.raw, trust));
    },
  });
}
