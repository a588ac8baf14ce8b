import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Where the public part of IPv6 begins and ends; whatever lies outside is for the network around the server. */
const GLOBAL_IPV6: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse('2000::'), 3];

/**
 * Whether an address belongs to a host of the internet. Loopback, link-local, private, CGNAT, multicast and reserved
 * ranges do not, nor do the IPv6 forms that lead to an IPv4 address in another way (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(text: string): boolean {
  const address = parseAddress(text);
  if (address?.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6);
}

/** A range of addresses as the settings name it: an address or a CIDR. */
export class AddressRange {
  private constructor(
    private readonly start: Address,
    private readonly bits: number,
  ) {}

  /** @returns `undefined` for what is neither an address nor a CIDR, such as a host name */
  static parse(word: string): AddressRange | undefined {
    const [address, bits] = word.split('/');
    const start = parseAddress(address);
    if (!start) return undefined;
    return new AddressRange(start, bits === undefined ? start.toByteArray().length * 8 : Number(bits));
  }

  /** An IPv4 address counts in its IPv6-mapped form as well: a socket cannot tell them apart. */
  has(text: string): boolean {
    const address = parseAddress(text);
    if (!address) return false;
    return [address, unmapped(address)].some(
      (form) => form.kind() === this.start.kind() && form.match(this.start, this.bits),
    );
  }
}

function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** Reads the usual notations only: `0x7f.1` is for URL parsers, which have rewritten it before. */
function parseAddress(text: string): Address | undefined {
  // A zone such as %eth0 says nothing about where an address lies.
  const [address] = text.split('%');
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  return ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address) : undefined;
}
