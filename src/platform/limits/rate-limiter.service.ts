import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { Config } from '../config/config.js';
import { CoglexError } from '../errors/coglex-error.js';
import { Metrics } from '../metrics/metrics.service.js';
import { blockOf } from './address-block.js';
import { Bans } from './bans.service.js';
import type { Charge } from './charge.js';
import { policiesOf, type Policies, type Policy } from './policies.js';
import { rateLimitHeaders } from './rate-limit-headers.js';
import { isOperator, isSpared, type LimitSubject } from './subject.js';
import { Windows, type Counted, type Decided } from './windows.service.js';

/** That a request is admitted, and what is left to settle when it is over. */
export interface Admission {
  /** For the answer; empty where nothing was counted. */
  headers: Record<string, string>;
  /** The failed authentication that it counts as until its end is known. */
  reserved?: Counted;
}

const ADMITTED: Admission = Object.freeze({ headers: {} });

/**
 * Decides who is heard: by address, user, key and service, and by the failures of an address. The one path for
 * requests, messages of sockets and operations alike: whoever takes something in asks {@link admit} before anything
 * else, and says by {@link settle} how an attempt to authenticate ended.
 *
 * A request counts in all of its limits, or in none when it is refused; then it is a violation of its address.
 */
@Injectable()
export class RateLimiter {
  private readonly policies: Policies;
  private readonly limited: Counter<'limit'>;

  constructor(
    config: Config,
    private readonly windows: Windows,
    private readonly bans: Bans,
    metrics: Metrics,
  ) {
    this.policies = policiesOf(config);
    this.limited = metrics.counter({
      name: 'coglex_rate_limited_total',
      help: 'Requests that were refused, by the limit that refused them',
      labelNames: ['limit'],
    });
  }

  /**
   * Whether a ban alone refuses a subject: costs nothing, and can be asked before it is known who it is.
   *
   * @throws CoglexError `address_banned` with `Retry-After`
   */
  checkBan(subject: LimitSubject): void {
    const { ban } = this.policies;
    if (!ban || isOperator(subject) || isSpared(subject, ban)) return;
    const until = this.bans.until(blockOf(subject.address));
    if (until === undefined) return;
    this.limited.inc({ limit: 'ban' });
    throw banned(until);
  }

  /**
   * Counts a request, or whatever counts as one.
   *
   * @throws CoglexError `address_banned` or `too_many_requests`, with what the client needs to know as headers
   */
  admit(subject: LimitSubject): Admission | Promise<Admission> {
    this.checkBan(subject);
    if (isOperator(subject)) return ADMITTED;
    const { policies, charges } = this.chargesOf(subject);
    if (charges.length === 0) return ADMITTED;
    const decided = this.windows.decide(charges, this.violationOf(subject));
    if (decided instanceof Promise)
      return decided.then((later) => this.answer(subject, policies, charges, later));
    return this.answer(subject, policies, charges, decided);
  }

  /**
   * Says how a request ended.
   *
   * @param failed whether a credential was wrong
   */
  async settle(subject: LimitSubject, { reserved }: Admission, failed: boolean): Promise<void> {
    if (reserved && !failed) await this.windows.giveBack(reserved);
    if (reserved || !failed) return;
    const charge = this.failureOf(subject, true);
    if (charge && !isOperator(subject)) await this.windows.take(charge);
  }

  private answer(
    subject: LimitSubject,
    policies: readonly Policy[],
    charges: readonly Charge[],
    decided: Decided,
  ): Admission {
    const { refused, standings } = decided;
    if (refused !== undefined) throw this.refusal(subject, policies, refused, decided);
    const counted = charges.map(({ take }) => take);
    const headers = counted.includes(true)
      ? rateLimitHeaders(
          policies.filter((_, at) => counted[at]),
          { ...decided, standings: standings.filter((_, at) => counted[at]) },
        )
      : {};
    const reserved = charges.find(({ limit, take }) => limit === 'auth' && take);
    return {
      headers,
      reserved: reserved && { charge: reserved, here: decided.here, shared: decided.at },
    };
  }

  private refusal(
    { address }: LimitSubject,
    policies: readonly Policy[],
    refused: number,
    decided: Decided,
  ): CoglexError {
    const { name } = policies[refused];
    this.limited.inc({ limit: name });
    const { ban } = this.policies;
    if (decided.banned && ban) {
      const since = new Date();
      const until = new Date(since.getTime() + ban.bannedMs);
      const block = blockOf(address);
      // The request need not wait until it is written.
      void this.bans.add({ _id: block, since, until, violations: ban.count, seconds: ban.ms / 1000 });
      return banned(until.getTime());
    }
    const headers = rateLimitHeaders(policies, decided);
    return new CoglexError('too_many_requests', {
      detail: `${REASONS[name] ?? `Too many requests to ${name}.`} Try again in ${headers['Retry-After']} seconds.`,
      headers,
    });
  }

  private chargesOf(subject: LimitSubject): { policies: Policy[]; charges: Charge[] } {
    const { ip, user, key, services } = this.policies;
    const policies: Policy[] = [];
    const charges: Charge[] = [];
    const charge = (policy: Policy | undefined, whom: string | undefined) => {
      if (!policy || whom === undefined || isSpared(subject, policy)) return;
      policies.push(policy);
      charges.push({ limit: policy.name, subject: whom, rule: policy, take: true });
    };
    const failure = subject.attempt && this.failureOf(subject, subject.attempt === 'open');
    if (failure && this.policies.auth) {
      policies.push(this.policies.auth);
      charges.push(failure);
    }
    charge(ip, blockOf(subject.address));
    charge(user, subject.user && `${subject.user.project}/${subject.user.collection}/${subject.user.id}`);
    charge(key, subject.key?.id);
    if (subject.service !== undefined && services.size > 0)
      charge(services.get(subject.service), subject.key?.id ?? blockOf(subject.address));
    return { policies, charges };
  }

  private failureOf(subject: LimitSubject, take: boolean): Charge | undefined {
    const { auth } = this.policies;
    if (!auth || isSpared(subject, auth)) return undefined;
    return { limit: auth.name, subject: blockOf(subject.address), rule: auth, take };
  }

  private violationOf(subject: LimitSubject): Charge | undefined {
    const { ban } = this.policies;
    if (!ban || isSpared(subject, ban)) return undefined;
    return { limit: ban.name, subject: blockOf(subject.address), rule: ban, take: true };
  }
}

const REASONS: Record<string, string | undefined> = {
  ip: 'Too many requests from this address.',
  user: 'Too many requests of this user.',
  key: 'Too many requests with this API key.',
  auth: 'Too many failed authentications from this address.',
};

function banned(until: number): CoglexError {
  const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1000));
  return new CoglexError('address_banned', {
    detail: `Requests from this address were refused too often. It is heard again in ${seconds} seconds.`,
    headers: { 'Retry-After': String(seconds) },
  });
}
