import { Injectable } from '@nestjs/common';
import { deriveState } from './derive-state.js';
import type { ModuleDefinition, ModuleReport, ModuleState } from './module-definition.js';
import { ModuleRegistry } from './module-registry.service.js';
import { SharedProbe } from './shared-probe.js';

/** A module, and how it does. */
export interface ModuleStatus extends ModuleReport {
  module: ModuleDefinition;
  /** How long its probe took, in milliseconds; modules without a probe have none. */
  durationMs?: number;
}

/** How several modules do together. */
export type OverallState = Exclude<ModuleState, 'not_configured'>;

/** Asks modules how they do, all at once. */
@Injectable()
export class ModuleStates {
  private readonly probes = new Map<string, SharedProbe>();

  constructor(private readonly registry: ModuleRegistry) {}

  /** @param keys of the modules that matter; all by default. Those that they stand on are told as well. */
  async of(keys?: readonly string[]): Promise<ModuleStatus[]> {
    const modules = this.registry.all(keys);
    const reports = await Promise.all(modules.map((module) => this.report(module)));
    const states = new Map<string, ModuleState>();
    return modules.map((module, index) => {
      const report = reports[index];
      const state = deriveState(module, report.state, states);
      states.set(module.key, state);
      return { module, ...report, state };
    });
  }

  /** Keys of the modules without which the server cannot serve. */
  essential(): string[] {
    return this.registry
      .all()
      .filter(({ essential }) => essential)
      .map(({ key }) => key);
  }

  private async report(module: ModuleDefinition): Promise<ModuleReport & { durationMs?: number }> {
    if (!module.probe) return { state: 'healthy' };
    let probe = this.probes.get(module.key);
    if (!probe) this.probes.set(module.key, (probe = new SharedProbe(module)));
    return probe.ask();
  }
}

/** `unhealthy` when the server cannot serve, `degraded` when something else is amiss. */
export function overallState(statuses: readonly ModuleStatus[]): OverallState {
  if (statuses.some(({ module, state }) => module.essential && state === 'unhealthy')) return 'unhealthy';
  return statuses.some(({ state }) => state === 'unhealthy' || state === 'degraded') ? 'degraded' : 'healthy';
}
