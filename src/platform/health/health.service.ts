import { Injectable } from '@nestjs/common';
import { ModuleStates, overallState } from '../modules/module-states.service.js';
import type { HealthDto } from './health.dto.js';

/** Puts the states of all modules together. */
@Injectable()
export class HealthService {
  constructor(private readonly states: ModuleStates) {}

  /** @param keys of the modules that matter; all by default */
  async check(keys?: readonly string[]): Promise<HealthDto> {
    const begun = performance.now();
    const statuses = await this.states.of(keys);
    const told = statuses.flatMap(({ module, details }) => (details ? [[module.key, details] as const] : []));
    const timings = statuses.flatMap(({ module, durationMs }) =>
      durationMs === undefined ? [] : [[module.key, durationMs] as const],
    );
    return {
      status: overallState(statuses),
      timestamp: new Date().toISOString(),
      services: Object.fromEntries(statuses.map(({ module, state }) => [module.key, state])),
      timings: Object.fromEntries(timings),
      durationMs: Math.round((performance.now() - begun) * 100) / 100,
      ...(told.length > 0 ? { details: Object.fromEntries(told) } : {}),
    };
  }

  /** The same for what the server cannot serve without. */
  checkEssential(): Promise<HealthDto> {
    return this.check(this.states.essential());
  }
}
