import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.service.js';
import { HealthChecks, type HealthProbe, type HealthReport } from './health-checks.service.js';
import type { HealthDto } from './health.dto.js';

/** A probe that takes longer counts as down; orchestrators give up sooner than the driver does. */
const PROBE_MS = 1800;

/** Asks every part how it does, all at once. */
@Injectable()
export class HealthService {
  constructor(
    private readonly checks: HealthChecks,
    database: Database,
  ) {
    checks.register('database', async () => {
      await database.ping();
      return 'healthy';
    });
  }

  /** @param parts names of the parts that matter; all by default */
  async check(parts?: readonly string[]): Promise<HealthDto> {
    const probes = [...this.checks.all()].filter(([name]) => parts?.includes(name) ?? true);
    const reports = await Promise.all(
      probes.map(async ([name, probe]): Promise<[string, Report]> => [name, await reportOf(probe)]),
    );
    const details = reports.flatMap(([name, report]) =>
      report.details ? [[name, report.details] as const] : [],
    );
    return {
      status: reports.some(([, { state }]) => state === 'unhealthy') ? 'unhealthy' : 'healthy',
      timestamp: new Date().toISOString(),
      services: Object.fromEntries(reports.map(([name, { state }]) => [name, state])),
      ...(details.length > 0 ? { details: Object.fromEntries(details) } : {}),
    };
  }
}

type Report = Pick<HealthReport, 'state'> & Partial<HealthReport>;

async function reportOf(probe: HealthProbe): Promise<Report> {
  const timeout = AbortSignal.timeout(PROBE_MS);
  const tooLate = new Promise<'unhealthy'>((resolve) => {
    timeout.addEventListener('abort', () => resolve('unhealthy'), { once: true });
  });
  const answer = (async () => probe())().catch(() => 'unhealthy' as const);
  const report = await Promise.race([answer, tooLate]);
  return typeof report === 'string' ? { state: report } : report;
}
