import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { Config } from '../../../platform/config/config.js';
import { PACKAGE_VERSION } from '../../../platform/config/package-version.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { ExternalCalls } from '../../../platform/outbound/external-calls.service.js';
import type { IdempotencyToken } from '../../../platform/http/idempotency/idempotency-token.js';

/** Version of Stripe's API that this code was written for; a newer one must be read about first. */
export const STRIPE_API_VERSION = '2026-10-28.endive';

/** How often a failed try is followed by another. */
const RETRIES = 2;
/** Part of the whole time that one try may take: three of them, and the waits between. */
const TRY = 0.28;

/** Stripe's own client with this server's key, time limits and errors. */
@Injectable()
export class StripeClient {
  private made?: { key: string; client: Stripe };

  constructor(
    private readonly config: Config,
    private readonly calls: ExternalCalls,
  ) {}

  get isConfigured(): boolean {
    return this.config.STRIPE_SECRET_KEY !== undefined;
  }

  /**
   * Calls Stripe. A lost connection and a passing failure are tried again, under the same idempotency key.
   *
   * @param token makes a repeat of the caller's request a repeat for Stripe as well
   * @throws CoglexError `not_configured`, `payment_declined`, `payment_refused`, `not_found`, `conflict`,
   * `provider_unavailable`, `provider_timeout`
   */
  async call<T>(
    work: (stripe: Stripe, options: Stripe.RequestOptions) => Promise<T>,
    token?: IdempotencyToken,
  ): Promise<T> {
    const client = await this.client();
    try {
      const options = token ? { idempotencyKey: token.value } : {};
      return await inTime(work(client, options), this.config.STRIPE_TIMEOUT_MS);
    } catch (error) {
      const { replaysFailure, stripeProblem } = await import('./stripe-errors.js');
      if (replaysFailure(error)) token?.spoil();
      throw stripeProblem(error);
    }
  }

  /** As {@link call}, with `undefined` for what is not there. */
  async find<T>(work: (stripe: Stripe) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.call(work);
    } catch (error) {
      if (error instanceof CoglexError && error.code === 'not_found') return undefined;
      throw error;
    }
  }

  /** The client of the key that is set now: it may be replaced while the server runs. */
  private async client(): Promise<Stripe> {
    const { STRIPE_SECRET_KEY: key, STRIPE_API_BASE: base, STRIPE_TIMEOUT_MS: timeout } = this.config;
    if (key === undefined)
      throw new CoglexError('not_configured', { detail: 'Payments need STRIPE_SECRET_KEY to be set.' });
    if (this.made?.key === key) return this.made.client;
    // With the first call: it takes 35 MB, which nobody misses who takes no payments.
    const { default: Client } = await import('stripe');
    const { observedHttpClient } = await import('./observed-http-client.js');
    const options = clientOptions(base, Math.round(timeout * TRY));
    const client = new Client(key, { ...options, httpClient: observedHttpClient(this.calls) });
    this.made = { key, client };
    return client;
  }
}

function clientOptions(base: string, timeout: number): Stripe.StripeConfig {
  const { protocol, hostname, port } = new URL(base);
  const scheme = protocol === 'http:' ? 'http' : 'https';
  return {
    apiVersion: STRIPE_API_VERSION,
    protocol: scheme,
    host: hostname,
    port: port === '' ? (scheme === 'http' ? 80 : 443) : Number(port),
    timeout,
    maxNetworkRetries: RETRIES,
    telemetry: false,
    appInfo: { name: 'coglex', version: PACKAGE_VERSION },
  };
}

/** The client bounds each try, but neither their sum nor an answer that comes drop by drop. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CoglexError('provider_timeout', TIMEOUT)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

const TIMEOUT = {
  detail: 'Stripe did not answer in time. Repeat the request with the same Idempotency-Key.',
};
