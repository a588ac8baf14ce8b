import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { OutboundError } from './outbound-error.js';
import { bare, type OutboundPolicy } from './outbound-policy.service.js';

type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
type Answer = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** Looks a name up, as `dns.lookup` does with `all: true`. */
export type Lookup = (host: string, options: LookupOptions & { all: true }, found: Found) => void;

/** Longest wait for a connection, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * Connections for requests of callers. Addresses are checked at the last moment, when the socket connects to them: a
 * name cannot answer with one address for the check and another for the connection (DNS rebinding).
 */
export function guardedAgent(policy: OutboundPolicy, lookup: Lookup = systemLookup): Agent {
  const connect = buildConnector({ timeout: CONNECT_MS, lookup: guardedLookup(policy, lookup) });
  return new Agent({
    connect: (options, callback) => {
      const host = bare(options.hostname);
      // Node looks names up, but connects to an address straight away.
      if (isIP(host) !== 0 && !policy.admits(host, host)) callback(refusal(host), null);
      else connect(options, callback);
    },
    // A connection that is kept would outlive what was known of its name.
    keepAliveTimeout: 4000,
    keepAliveMaxTimeout: 30_000,
  });
}

function guardedLookup(policy: OutboundPolicy, lookup: Lookup) {
  return (host: string, options: LookupOptions, answer: Answer): void => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return answer(error, '');
      const admitted = addresses.filter(({ address }) => policy.admits(host, address));
      if (admitted.length === 0) return answer(refusal(host), '');
      if (options.all) answer(null, admitted);
      else answer(null, admitted[0].address, admitted[0].family);
    });
  };
}

const refusal = (host: string) =>
  new OutboundError(
    'refused',
    `The host ${host} is not on the internet. The operator can allow it with OUTBOUND_ALLOW.`,
  );
