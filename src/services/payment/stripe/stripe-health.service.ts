import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { ModuleState } from '../../../platform/modules/module-definition.js';
import { ModuleRegistry } from '../../../platform/modules/module-registry.service.js';
import { StripeClient } from './stripe-client.service.js';

/** How long an answer holds, in milliseconds: probes come every few seconds, and Stripe counts requests. */
const FRESH_MS = 30_000;

/** Tells how Stripe does. */
@Injectable()
export class StripeHealth {
  constructor(
    private readonly stripe: StripeClient,
    modules: ModuleRegistry,
  ) {
    modules.register({
      key: 'stripe',
      title: 'Stripe',
      freshMs: FRESH_MS,
      probe: () => (stripe.isConfigured ? this.ask() : Promise.resolve('not_configured')),
    });
  }

  private async ask(): Promise<ModuleState> {
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
