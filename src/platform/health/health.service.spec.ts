import type { ModuleDefinition, ModuleProbe } from '../modules/module-definition.js';
import { ModuleRegistry } from '../modules/module-registry.service.js';
import { ModuleStates } from '../modules/module-states.service.js';
import { HealthService } from './health.service.js';

const healthOf = (...modules: Partial<ModuleDefinition>[]) => {
  const registry = new ModuleRegistry();
  for (const module of modules) registry.register({ key: 'it', title: 'It', ...module });
  return new HealthService(new ModuleStates(registry));
};

const database = (probe: ModuleProbe): Partial<ModuleDefinition> => ({
  key: 'database',
  essential: true,
  probe,
});
const away: ModuleProbe = () => Promise.reject(new Error('away at 192.0.2.1'));
const there: ModuleProbe = () => Promise.resolve('healthy');

describe('HealthService', () => {
  it('is healthy when every module is, and says how long it took to find out', async () => {
    const health = await healthOf(database(there), { needs: ['database'] }).check();
    expect(health).toEqual({
      status: 'healthy',
      timestamp: expect.any(String) as string,
      services: { database: 'healthy', it: 'healthy' },
      timings: { database: expect.any(Number) as number },
      durationMs: expect.any(Number) as number,
    });
    expect(new Date(health.timestamp).toISOString()).toBe(health.timestamp);
  });

  it('is unhealthy with what the server cannot serve without, and so is what stands on that', async () => {
    const health = await healthOf(database(away), { needs: ['database'] }).check();
    expect(health).toMatchObject({
      status: 'unhealthy',
      services: { database: 'unhealthy', it: 'unhealthy' },
    });
    expect(JSON.stringify(health)).not.toContain('192.0.2.1');
  });

  it('is degraded without something else', async () => {
    const modules = [
      database(there),
      { key: 'redis', probe: away },
      { needs: ['database'], uses: ['redis'] },
    ];
    expect(await healthOf(...modules).check()).toMatchObject({
      status: 'degraded',
      services: { database: 'healthy', redis: 'unhealthy', it: 'degraded' },
    });
  });

  it('is healthy while a module is not configured', async () => {
    const part = { key: 'part', probe: () => Promise.resolve('not_configured' as const) };
    expect(await healthOf(database(there), part).check()).toMatchObject({
      status: 'healthy',
      services: { database: 'healthy', part: 'not_configured' },
    });
  });

  it('tells the details of a module that has some', async () => {
    const probe = () => Promise.resolve({ state: 'healthy' as const, details: { layers: ['one'] } });
    expect(await healthOf({ key: 'part', probe }).check()).toMatchObject({
      details: { part: { layers: ['one'] } },
    });
  });

  it('asks only the essential modules, and what they stand on, whether the server is ready', async () => {
    const disk = { key: 'disk', probe: there };
    const modules = [disk, { ...database(there), needs: ['disk'] }, { key: 'part', probe: away }];
    expect((await healthOf(...modules).checkEssential()).services).toEqual({
      disk: 'healthy',
      database: 'healthy',
    });
  });
});
