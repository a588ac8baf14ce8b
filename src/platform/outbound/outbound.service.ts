import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Agent, request, type Dispatcher } from 'undici';
import { PACKAGE_VERSION } from '../config/package-version.js';
import { currentRequestId } from '../logging/request-scope.js';
import { currentTraceHeaders } from '../tracing/tracing-state.js';
import { readBody } from './bounded-body.js';
import { guardedAgent } from './guarded-agent.js';
import { OutboundError } from './outbound-error.js';
import { OutboundPolicy } from './outbound-policy.service.js';
import { nextHop, type Hop } from './redirects.js';

/** A request to an address that a caller gave. */
export interface OutboundRequest {
  /** `GET` by default. */
  method?: Dispatcher.HttpMethod;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Longest time from the look-up of the name to the last byte of the answer, redirects included; 10 s by default. */
  timeoutMs?: number;
  /** Largest body of an answer, in bytes; 1 MB by default. */
  maxBytes?: number;
  /** Keep the first `maxBytes` of a larger body, instead of failing. */
  truncate?: boolean;
  /** Redirects to follow; none by default. */
  redirects?: number;
  /** Ends the request early. */
  signal?: AbortSignal;
}

/** What the other system answered. */
export interface OutboundAnswer {
  /** Address that answered, behind all redirects. */
  url: string;
  status: number;
  /** By lower-case name. */
  headers: Record<string, string | string[] | undefined>;
  /** As it came over the wire: nothing is decompressed. */
  body: Buffer;
  /** Whether there was more than `maxBytes`. */
  truncated: boolean;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 1024 ** 2;

/**
 * Makes every request whose address comes from a caller: webhooks, functions, imports. It reaches the internet and
 * what `OUTBOUND_ALLOW` names, nothing else, and is bounded in time, size and redirects.
 */
@Injectable()
export class Outbound implements OnModuleDestroy {
  private readonly agent: Agent;

  constructor(private readonly policy: OutboundPolicy) {
    this.agent = guardedAgent(policy);
  }

  /** @throws OutboundError for everything but an answer, whatever its status */
  async send(url: string, options: OutboundRequest = {}): Promise<OutboundAnswer> {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    try {
      return await this.follow({ url, ...options }, options, signal);
    } catch (error) {
      throw failureOf(error, timeout.aborted);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.agent.destroy();
  }

  private async follow(first: Hop, options: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
    const { maxBytes = DEFAULT_MAX_BYTES, redirects = 0, truncate = false } = options;
    for (let hop = first, left = redirects; ; left -= 1) {
      const problem = this.policy.problemWith(hop.url);
      if (problem !== undefined) throw new OutboundError('refused', problem);
      const { statusCode: status, headers, body } = await this.request(hop, signal);
      const next = redirects > 0 ? nextHop(hop, status, headers.location) : undefined;
      if (!next) return { url: hop.url, status, headers, ...(await readBody(body, maxBytes, truncate)) };
      // What a redirect says beside its address is of no interest.
      body.on('error', () => undefined).destroy();
      if (left === 0) throw new OutboundError('too_many_redirects', 'There are too many redirects.');
      hop = next;
    }
  }

  /** Strangers learn nothing of traces: only hosts that `OUTBOUND_ALLOW` names go on with them. */
  private traceFor(url: string): Record<string, string> {
    return this.policy.isNamed(new URL(url).hostname) ? currentTraceHeaders() : {};
  }

  private request(
    { url, method, headers, body }: Hop,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    return request(url, {
      dispatcher: this.agent,
      method: method ?? 'GET',
      headers: { ...ownHeaders(headers), ...this.traceFor(url), ...headers },
      body,
      signal,
    });
  }
}

/** What every request has that does not say otherwise; the id lets the other system find what caused it. */
function ownHeaders(said: Record<string, string> = {}): Record<string, string> {
  const id = currentRequestId();
  const names = Object.keys(said).map((name) => name.toLowerCase());
  return {
    'user-agent': `Coglex/${PACKAGE_VERSION}`,
    'accept-encoding': 'identity',
    ...(id === undefined || names.includes('x-request-id') ? {} : { 'x-request-id': id }),
  };
}

function failureOf(error: unknown, timedOut: boolean): OutboundError {
  const known = [error, (error as Error).cause].find((candidate) => candidate instanceof OutboundError);
  if (known) return known;
  if (timedOut || /Timeout/.test((error as Error).name))
    return new OutboundError('timeout', 'There was no answer in time.', error);
  return new OutboundError('unreachable', 'The connection failed.', error);
}
