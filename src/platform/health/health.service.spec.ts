import type { Database } from '../database/database.service.js';
import { HealthChecks, type HealthProbe } from './health-checks.service.js';
import { HealthService } from './health.service.js';

const checkWith = (ping: () => Promise<number>, more: Record<string, HealthProbe> = {}, parts?: string[]) => {
  const checks = new HealthChecks();
  for (const [name, probe] of Object.entries(more)) checks.register(name, probe);
  return new HealthService(checks, { ping } as Database).check(parts);
};

describe('HealthService', () => {
  it('is healthy when every part is', async () => {
    const health = await checkWith(() => Promise.resolve(1));
    expect(health).toEqual({
      status: 'healthy',
      timestamp: expect.any(String) as string,
      services: { database: 'healthy' },
    });
    expect(new Date(health.timestamp).toISOString()).toBe(health.timestamp);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
    ['never answers', () => new Promise<number>(() => undefined)],
  ])('is unhealthy when a part %s', async (_how, ping) => {
    expect(await checkWith(ping)).toMatchObject({
      status: 'unhealthy',
      services: { database: 'unhealthy' },
    });
  });

  it('is healthy while a part is not configured', async () => {
    const part = () => Promise.resolve('not_configured' as const);
    expect(await checkWith(() => Promise.resolve(1), { part })).toMatchObject({
      status: 'healthy',
      services: { database: 'healthy', part: 'not_configured' },
    });
  });

  it('tells the details of a part that has some', async () => {
    const part = () => Promise.resolve({ state: 'healthy' as const, details: { layers: ['one'] } });
    expect(await checkWith(() => Promise.resolve(1), { part })).toMatchObject({
      services: { database: 'healthy', part: 'healthy' },
      details: { part: { layers: ['one'] } },
    });
  });

  it('asks only the parts that matter', async () => {
    const part = () => Promise.reject(new Error('away'));
    expect(await checkWith(() => Promise.resolve(1), { part }, ['database'])).toMatchObject({
      status: 'healthy',
      services: { database: 'healthy' },
    });
  });
});
