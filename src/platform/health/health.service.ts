import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.service.js';
import type { HealthDto } from './health.dto.js';

/** A probe that takes longer counts as down; orchestrators give up sooner than the driver does. */
const PROBE_MS = 1800;

/** Asks every part how it does. */
@Injectable()
export class HealthService {
  constructor(private readonly database: Database) {}

  async check(): Promise<HealthDto> {
    const services = { database: await up(() => this.database.ping()) };
    const healthy = Object.values(services).every((state) => state === 'healthy');
    return { status: healthy ? 'healthy' : 'unhealthy', timestamp: new Date().toISOString(), services };
  }
}

async function up(probe: () => Promise<unknown>): Promise<'healthy' | 'unhealthy'> {
  const timeout = AbortSignal.timeout(PROBE_MS);
  const tooLate = new Promise<'unhealthy'>((resolve) => {
    timeout.addEventListener('abort', () => resolve('unhealthy'), { once: true });
  });
  const answer = (async () => probe())().then(
    () => 'healthy' as const,
    () => 'unhealthy' as const,
  );
  return Promise.race([answer, tooLate]);
}
