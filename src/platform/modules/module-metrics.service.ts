import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.service.js';
import { Sampled } from '../metrics/sampled.js';
import type { ModuleState } from './module-definition.js';
import { ModuleStates } from './module-states.service.js';

/** What is not configured has no series. */
const VALUES: Record<ModuleState, number | undefined> = {
  healthy: 1,
  degraded: 0.5,
  unhealthy: 0,
  not_configured: undefined,
};

/** Shows the state of every module to those who raise alarms. */
@Injectable()
export class ModuleMetrics {
  constructor(states: ModuleStates, metrics: Metrics) {
    const statuses = new Sampled(() => states.of());
    metrics.gauge({
      name: 'coglex_module_health',
      help: 'State of each module that is configured: 1 healthy, 0.5 degraded, 0 unhealthy',
      labelNames: ['module'],
      async collect() {
        const found = await statuses.get();
        this.reset();
        for (const { module, state } of found ?? []) {
          const value = VALUES[state];
          if (value !== undefined) this.set({ module: module.key }, value);
        }
      },
    });
  }
}
