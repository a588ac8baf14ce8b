import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../http/client-address.js';

/**
 * Whom an address stands for in limits and bans: itself, or, for IPv6, its /64. A household has a whole one, and could
 * take another address for every request.
 *
 * @param address in canonical spelling
 */
export function blockOf(address: string): string {
  if (!address.includes(':')) return address;
  const parts = [...ipaddr.IPv6.parse(address).parts.slice(0, 4), 0, 0, 0, 0];
  return `${new ipaddr.IPv6(parts).toString()}/64`;
}

/** The block that an operator names by its spelling or by any address in it; `undefined` for what is none. */
export function readBlock(text: string): string | undefined {
  const address = canonicalAddress(text.replace(/\/64$/, ''));
  return address === undefined ? undefined : blockOf(address);
}
