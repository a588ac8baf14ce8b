import { Injectable } from '@nestjs/common';
import { HealthChecks, type HealthState } from '../../../platform/health/health-checks.service.js';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import { StripeClient } from './stripe-client.service.js';

/** How long an answer holds, in milliseconds: probes come every few seconds, and Stripe counts requests. */
const FRESH_MS = 30_000;

/** Tells `/health` how Stripe does. */
@Injectable()
export class StripeHealth {
  private last?: { state: Promise<HealthState>; at: number };

  constructor(
    private readonly stripe: StripeClient,
    checks: HealthChecks,
  ) {
    checks.register('stripe', () => this.state());
  }

  private state(): Promise<HealthState> {
    if (!this.stripe.isConfigured) return Promise.resolve('not_configured');
    const now = Date.now();
    if (!this.last || now - this.last.at > FRESH_MS) this.last = { state: this.ask(), at: now };
    return this.last.state;
  }

  private async ask(): Promise<HealthState> {
    try {
      await this.stripe.call((stripe) =>
        stripe.balance.retrieve({}, { timeout: 1500, maxNetworkRetries: 0 }),
      );
      return 'healthy';
    } catch (error) {
      // A restricted key may not see the balance; that Stripe says so is a sign of life.
      const isAlive =
        error instanceof CoglexError && ['not_found', 'payment_refused', 'conflict'].includes(error.code);
      return isAlive ? 'healthy' : 'unhealthy';
    }
  }
}
