import { isIPv4 } from 'node:net';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { equalSecrets } from '../security/equal-secrets.js';

/** What proxies add: a request that carries one of these does not come from this machine, whoever passed it on. */
const PASSED_ON = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

/** Lets scrapers in: those that send `METRICS_KEY`, or, while it is not set, those on this machine. */
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

/** Whether a request may see the metrics. */
export const isScraper = (request: FastifyRequest, { METRICS_KEY: key }: Config): boolean =>
  key === undefined ? isLocal(request) : hasKey(request, key);

function hasKey({ headers }: FastifyRequest, key: string): boolean {
  const [, sent] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? [];
  return sent !== undefined && equalSecrets(sent, key);
}

function isLocal({ raw, headers }: FastifyRequest): boolean {
  if (PASSED_ON.some((name) => headers[name] !== undefined)) return false;
  const address = (raw.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
