import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { AddressRange } from '../outbound/addresses.js';
import { equalSecrets } from '../security/equal-secrets.js';

/** What proxies add: a request that carries one of these does not come from this machine, whoever passed it on. */
const PASSED_ON = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

const rangesOf = (words: readonly string[]) => words.flatMap((word) => AddressRange.parse(word) ?? []);

/** This machine, while the settings say nothing. */
const LOOPBACK = rangesOf(['127.0.0.0/8', '::1']);

/** Lets scrapers in: see {@link isScraper}. */
@Injectable()
export class MetricsGuard implements CanActivate {
  constructor(private readonly config: Config) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (isScraper(request, this.config)) return true;
    throw new CoglexError('unauthorized', {
      detail: 'Send METRICS_KEY as Authorization: Bearer <key>.',
      headers: { 'WWW-Authenticate': 'Bearer realm="coglex metrics"' },
    });
  }
}

/**
 * Whether a request may see the metrics: those that send `METRICS_KEY`, and those of the networks in `METRICS_ALLOW`;
 * while neither is set, those of this machine.
 */
export const isScraper = (request: FastifyRequest, config: Config): boolean =>
  hasKey(request, config) || isNear(request, config);

function hasKey({ headers }: FastifyRequest, { METRICS_KEY: key }: Config): boolean {
  const [, sent] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  return key !== undefined && sent !== undefined && equalSecrets(sent, key);
}

/** What a request says of where it came from counts only when a proxy says it that the settings name. */
function isNear({ headers, raw, ip }: FastifyRequest, config: Config): boolean {
  const { METRICS_KEY: key, METRICS_ALLOW: networks, TRUST_PROXY: proxies } = config;
  const allowed = networks.length === 0 && key === undefined ? LOOPBACK : rangesOf(networks);
  const isAllowed = (address: string) => allowed.some((range) => range.has(address));
  const { remoteAddress = '' } = raw.socket;
  if (PASSED_ON.every((name) => headers[name] === undefined)) return isAllowed(remoteAddress);
  // With `true` anybody may write the header.
  const knowsProxies = proxies.length > 0 && !['true', 'false'].includes(proxies[0]);
  return knowsProxies && ip !== remoteAddress && isAllowed(ip);
}
