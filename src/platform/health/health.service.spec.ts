import type { Database } from '../database/database.service.js';
import { HealthService } from './health.service.js';

const checkWith = (ping: () => Promise<number>) => new HealthService({ ping } as Database).check();

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
});
