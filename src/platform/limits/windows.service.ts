import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics.service.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';
import type { Charge, Decision } from './charge.js';
import { MemoryWindows } from './memory-windows.js';
import { SharedWindows } from './shared-windows.service.js';

/** What was counted, and can be taken back. */
export interface Counted {
  charge: Charge;
  /** Moments on the clock of this process, and on that of Redis. */
  here: number;
  shared: number;
}

/** A decision, with what is needed to take it back. */
export interface Decided extends Decision {
  /** When, on the clock of this process. */
  here: number;
}

/**
 * The windows of limits: those in Redis where there is one, those of this process otherwise. This process also counts
 * what it admits by Redis, so that it knows its own callers when Redis goes away.
 */
@Injectable()
export class Windows {
  private readonly local = new MemoryWindows();

  constructor(
    private readonly shared: SharedWindows,
    metrics: Metrics,
    modules: ModuleRegistry,
  ) {
    const isAlone = () => shared.configured && !shared.available;
    metrics.gauge({
      name: 'coglex_limiter_local',
      help: '1 while limits are counted by this process alone though REDIS_URL is set',
      collect() {
        this.set(isAlone() ? 1 : 0);
      },
    });
    modules.register({
      key: 'limits',
      title: 'Rate limits and bans',
      uses: ['database', 'redis'],
      probe: () => {
        const windows = shared.available ? 'shared' : isAlone() ? 'local, Redis is away' : 'local';
        return Promise.resolve({ state: 'healthy', details: { windows } });
      },
    });
  }

  /** Counts a request in all of its windows, or in none when one has no room; then as a violation, if one is given. */
  decide(charges: readonly Charge[], violation?: Charge): Decided | Promise<Decided> {
    const asked = this.shared.decide(charges, violation);
    if (!asked) return this.decideHere(charges, violation);
    return asked.then((decision) => {
      if (!decision) return this.decideHere(charges, violation);
      const here = performance.now();
      if (decision.refused === undefined) this.local.take(charges, here);
      else if (violation) this.local.violate(violation, here);
      return { ...decision, here };
    });
  }

  /** Counts one more, whether there is room or not. */
  async take(charge: Charge): Promise<void> {
    this.local.take([charge]);
    await this.shared.take(charge);
  }

  async giveBack({ charge, here, shared }: Counted): Promise<void> {
    this.local.giveBack(charge, here);
    await this.shared.giveBack(charge, shared);
  }

  private decideHere(charges: readonly Charge[], violation: Charge | undefined): Decided {
    const decision = this.local.decide(charges, violation);
    return { ...decision, here: decision.at };
  }
}
