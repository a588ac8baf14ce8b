import { Injectable } from '@nestjs/common';
import { CoglexError } from '../../../platform/errors/coglex-error.js';
import type { ModuleState } from '../../../platform/modules/module-definition.js';
import { ModuleRegistry } from '../../../platform/modules/module-registry.service.js';
import type { Provider } from '../drivers/driver.js';
import { Drivers } from '../drivers/drivers.service.js';

/** Failures in a row from which on a provider counts as down. */
const FAILURES = 3;
/** How long that is believed without a further call, in milliseconds. */
const MEMORY_MS = 60_000;

const TITLES: Record<Provider, string> = { gemini: 'Gemini', openai: 'OpenAI-compatible models' };

const FAULTS = new Set(['provider_unavailable', 'provider_timeout', 'provider_key_invalid']);

/** Tells how the last calls went. A probe of its own would cost money at every check. */
@Injectable()
export class ProviderHealth {
  private readonly failures = new Map<Provider, { count: number; at: number }>();

  constructor(
    private readonly drivers: Drivers,
    modules: ModuleRegistry,
  ) {
    for (const driver of drivers.all)
      modules.register({
        key: driver.provider,
        title: TITLES[driver.provider],
        // Keys may come and go while the server runs.
        probe: () => Promise.resolve(driver.isConfigured ? this.stateOf(driver.provider) : 'not_configured'),
      });
    modules.register({
      key: 'ai_service',
      title: 'Providers of models',
      uses: drivers.all.map(({ provider }) => provider),
      probe: () => Promise.resolve(this.state()),
    });
  }

  /** Notes how a call with the server's own key ended. */
  note(provider: Provider, error?: unknown): void {
    if (error === undefined) this.failures.delete(provider);
    else if (error instanceof CoglexError && FAULTS.has(error.code)) {
      const count = (this.failures.get(provider)?.count ?? 0) + 1;
      this.failures.set(provider, { count, at: Date.now() });
    }
  }

  /** One that is down leaves the models of the others. */
  private state(): ModuleState {
    const configured = this.drivers.all.filter(({ isConfigured }) => isConfigured);
    if (configured.length === 0) return 'not_configured';
    return configured.every(({ provider }) => this.isDown(provider)) ? 'unhealthy' : 'healthy';
  }

  private stateOf(provider: Provider): ModuleState {
    return this.isDown(provider) ? 'unhealthy' : 'healthy';
  }

  private isDown(provider: Provider): boolean {
    const known = this.failures.get(provider);
    return known !== undefined && known.count >= FAILURES && Date.now() - known.at < MEMORY_MS;
  }
}
