import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { AddressRange, isPublicAddress } from './addresses.js';

/** Longest address of another system, in characters. */
export const MAX_URL_LENGTH = 2048;

const LOOPBACK_NAME = /(?:^|\.)localhost$/;

/** Decides which hosts and addresses requests for callers may reach: the internet, and what `OUTBOUND_ALLOW` names. */
@Injectable()
export class OutboundPolicy {
  private readonly hosts: ReadonlySet<string>;
  private readonly ranges: readonly AddressRange[];

  constructor({ OUTBOUND_ALLOW: words }: Config) {
    this.ranges = words.flatMap((word) => AddressRange.parse(word) ?? []);
    this.hosts = new Set(words.filter((word) => !AddressRange.parse(word)).map(normalize));
  }

  /**
   * Whether a connection to `address` is allowed.
   *
   * @param host the name that it was looked up by, or the address itself
   */
  admits(host: string, address: string): boolean {
    return (
      this.hosts.has(normalize(host)) ||
      isPublicAddress(address) ||
      this.ranges.some((range) => range.has(address))
    );
  }

  /** Whether the operator has named a host, or its address: it belongs to the network around the server. */
  isNamed(host: string): boolean {
    return this.hosts.has(normalize(host)) || this.ranges.some((range) => range.has(bare(host)));
  }

  /**
   * Reads an address that a caller gave, and refuses what can be refused without a look-up. Names are looked up, and
   * checked again, when a connection is made.
   *
   * @param field JSON Pointer of the address in the request, for the message
   * @throws CoglexError `url_refused`
   */
  checkUrl(text: string, field: string): URL {
    const problem = this.problemWith(text);
    if (problem === undefined) return new URL(text);
    throw new CoglexError('url_refused', { detail: problem, errors: [{ field, message: problem }] });
  }

  /** What is wrong with an address, in words; `undefined` when nothing is. */
  problemWith(text: string): string | undefined {
    if (text.length > MAX_URL_LENGTH) return `An address may have ${MAX_URL_LENGTH} characters.`;
    if (!URL.canParse(text)) return 'The address is not a valid URL.';
    const { protocol, username, password, hostname } = new URL(text);
    if (protocol !== 'https:' && protocol !== 'http:')
      return 'The address must begin with https:// or http://.';
    if (username !== '' || password !== '') return 'The address must not hold a user name or a password.';
    const host = bare(hostname);
    const address = LOOPBACK_NAME.test(normalize(host)) ? '127.0.0.1' : host;
    if (isIP(address) !== 0 && !this.admits(host, address))
      return `The host ${hostname} is not on the internet. The operator can allow it with OUTBOUND_ALLOW.`;
    return undefined;
  }
}

/** An IPv6 address without the brackets that URLs put around it. */
export const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

const normalize = (host: string) => host.toLowerCase().replace(/\.$/, '');
