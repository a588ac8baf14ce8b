import { Injectable } from '@nestjs/common';

/** State of one part; what is not configured harms nobody. */
export type HealthState = 'healthy' | 'unhealthy' | 'not_configured';

/** State of one part, and what else is worth to be known of it. */
export interface HealthReport {
  state: HealthState;
  details: Record<string, unknown>;
}

/** Finds the state of one part; a rejection means `unhealthy`. */
export type HealthProbe = () => Promise<HealthState | HealthReport>;

/** The parts that the server stands on: modules register theirs when they are made. */
@Injectable()
export class HealthChecks {
  private readonly probes = new Map<string, HealthProbe>();

  /** @param name as it stands in the answer of `/health` */
  register(name: string, probe: HealthProbe): void {
    this.probes.set(name, probe);
  }

  all(): ReadonlyMap<string, HealthProbe> {
    return this.probes;
  }
}
