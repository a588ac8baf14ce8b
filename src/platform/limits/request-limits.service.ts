import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { PinoLogger } from 'nestjs-pino';
import { Config } from '../config/config.js';
import type { ErrorCode } from '../errors/catalogue.js';
import { canonicalAddress } from '../http/client-address.js';
import { isScraper } from '../metrics/metrics.guard.js';
import { Credentials } from './credentials.service.js';
import { RateLimiter, type Admission } from './rate-limiter.service.js';
import type { LimitSubject } from './subject.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How the limits took the request; settled with its answer. */
    limits?: { subject: LimitSubject; admission: Admission };
  }
  interface FastifyInstance {
    /** Counts a request whose URL cannot be read: no hook is run for it. */
    countBroken?: (request: FastifyRequest) => Promise<void>;
  }
}

/** Orchestrators ask these every few seconds, and must not be told that the server is down when it is busy. */
const PROBES = new Set(['/health/live', '/health/ready']);
const METRICS = '/metrics';

/** Where the name of a service stands in the template of a route. */
const SERVICE = /^\/(?:service|gateway)\/([^/:]+)/;

/** Codes that say that a credential is wrong. That none was sent, or that more is needed, is no failure. */
const FAILURES: ReadonlySet<ErrorCode | undefined> = new Set<ErrorCode>([
  ...(['unauthorized', 'api_key_invalid', 'token_invalid', 'refresh_token_invalid'] as const),
  ...(['passkey_invalid', 'code_invalid', 'credentials_invalid'] as const),
]);

/** Puts {@link RateLimiter} in front of every request: before its body is read, and before any guard. */
@Injectable()
export class RequestLimits {
  /** By the template of a route: what is spelled otherwise and reaches the same handler has the same limit. */
  private readonly services = new Map<string, string | undefined>();
  private warned = false;

  constructor(
    private readonly limiter: RateLimiter,
    private readonly credentials: Credentials,
    private readonly config: Config,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(RequestLimits.name);
  }

  /** Must be called before the server is ready, and after what gives answers their headers. */
  install(fastify: FastifyInstance): void {
    fastify.decorate('countBroken', (request: FastifyRequest) => this.admitBroken(request));
    fastify.addHook('onRequest', (request, reply) => this.admit(request, reply));
    fastify.addHook('onSend', (request, _reply, payload, done) => {
      const settled = this.settle(request, FAILURES.has(request.problem));
      if (!settled) return done(null, payload);
      void settled.finally(() => done(null, payload)).catch(() => undefined);
    });
  }

  /** @throws CoglexError `address_banned` or `too_many_requests` */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { url } = request.routeOptions;
    if (url !== undefined && this.isExempt(url, request)) return;
    if (this.config.TRUST_PROXY.length === 0) this.warnOfProxy(request);
    const subject: LimitSubject = { address: request.address, service: this.serviceOf(url) };
    const key = this.credentials.keyOf(request);
    if (key) {
      const { known, doubtful } = await key;
      subject.key = known;
      subject.attempt = doubtful ? 'open' : 'known';
    }
    // Before anything is done for somebody who is not heard.
    this.limiter.checkBan(subject);
    const user = this.credentials.userOf(request);
    if (user) {
      const { known, doubtful } = await user;
      subject.user = known;
      if (doubtful || subject.attempt === undefined) subject.attempt = doubtful ? 'open' : 'known';
    }
    // Passwords, codes and refresh tokens stand in bodies, which nobody has read yet.
    if (subject.service === 'auth' && !(request.method === 'GET' && subject.user)) subject.attempt = 'open';
    const admission = await this.limiter.admit(subject);
    request.limits = { subject, admission };
    // What is answered past Fastify is sent by none of its hooks; who hangs up before the answer has had his attempt.
    if (admission.reserved)
      reply.raw.once('close', () => {
        if (reply.raw.writableFinished) void this.settle(request, reply.raw.statusCode === 401);
      });
    // On the bare answer, for some are written past Fastify.
    for (const name in admission.headers) reply.raw.setHeader(name, admission.headers[name]);
  }

  /** Says how a request ended, once; `undefined` when nobody has to know. */
  private settle(request: FastifyRequest, failed: boolean): Promise<void> | undefined {
    const { limits } = request;
    request.limits = undefined;
    if (!limits || (!failed && !limits.admission.reserved)) return undefined;
    return this.limiter.settle(limits.subject, limits.admission, failed);
  }

  /** Once: whoever forgets to name the proxy has all of its clients share one limit, and one ban. */
  private warnOfProxy({ headers, raw }: FastifyRequest): void {
    if (this.warned || headers['x-forwarded-for'] === undefined) return;
    const peer = canonicalAddress(raw.socket.remoteAddress ?? '');
    if (peer === undefined || ipaddr.parse(peer).range() === 'unicast') return;
    this.warned = true;
    this.logger.warn(
      { peer },
      'Requests of a machine near by name other clients, and TRUST_PROXY is not set: if it is a proxy, all that it passes on count as one address. Name it in TRUST_PROXY.',
    );
  }

  private async admitBroken(request: FastifyRequest): Promise<void> {
    const key = await this.credentials.keyOf(request);
    await this.limiter.admit({ address: request.address, key: key?.known });
  }

  private isExempt(url: string, request: FastifyRequest): boolean {
    return PROBES.has(url) || (url === METRICS && isScraper(request, this.config));
  }

  private serviceOf(url: string | undefined): string | undefined {
    if (url === undefined) return undefined;
    if (!this.services.has(url)) this.services.set(url, SERVICE.exec(url)?.[1]);
    return this.services.get(url);
  }
}
