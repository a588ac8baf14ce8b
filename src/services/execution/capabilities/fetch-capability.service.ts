import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { OutboundError } from '../../../platform/outbound/outbound-error.js';
import { Outbound, type OutboundRequest } from '../../../platform/outbound/outbound.service.js';
import { invalid, notGranted, objectArgument, textArgument } from './arguments.js';
import type { CapabilityGroup } from './capability.js';
import { isGrantedHost } from './granted-hosts.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const MAX_BYTES = 4 * 1024 ** 2;

/** `coglex.fetch`: requests to the hosts that a function is granted, and that the server may reach. */
@Injectable()
export class FetchCapability implements CapabilityGroup {
  constructor(private readonly outbound: Outbound) {}

  readonly handlers: CapabilityGroup['handlers'] = {
    fetch: async (run, [address, options]) => {
      const url = URL.parse(textArgument(address, 'url'));
      if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
        throw invalid('url must begin with http(s)://');
      if (!isGrantedHost(url, run.grants.fetch)) throw notGranted(`requests to ${url.host}`);
      try {
        // No redirects: they could lead to a host that is not granted. The code sees them and decides.
        const answer = await this.outbound.send(url.href, {
          ...requestOf(objectArgument(options ?? {}, 'options')),
          timeoutMs: Math.max(1, Math.ceil(run.deadline - performance.now())),
          maxBytes: MAX_BYTES,
          signal: run.signal,
        });
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(answer.headers)) headers[name] = [value].flat().join(', ');
        return { status: answer.status, headers, body: answer.body.toString() };
      } catch (error) {
        if (error instanceof OutboundError) throw new CoglexError('unprocessable', { detail: error.message });
        throw error;
      }
    },
  };
}

function requestOf({ method = 'GET', headers = {}, body }: Record<string, unknown>): OutboundRequest {
  const verb = textArgument(method, 'method').toUpperCase();
  if (!METHODS.includes(verb)) throw invalid(`method must be one of ${METHODS.join(', ')}`);
  const named = Object.entries(objectArgument(headers, 'headers'));
  for (const [name, value] of named)
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || typeof value !== 'string' || /[\r\n\0]/.test(value))
      throw invalid('headers must be texts by their names');
  // Whom the request is for is said by its address, which was checked.
  const sent = named.filter(
    ([name]) => !/^(?:host|connection|content-length|transfer-encoding|upgrade)$/i.test(name),
  );
  return {
    method: verb,
    headers: Object.fromEntries(sent.map(([name, value]) => [name, String(value)])),
    ...(body === undefined || body === null
      ? {}
      : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  };
}
