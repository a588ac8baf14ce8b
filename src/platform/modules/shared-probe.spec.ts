import { PROBE_MS, type ModuleProbe } from './module-definition.js';
import { SharedProbe } from './shared-probe.js';

const probeOf = (probe: ModuleProbe, freshMs?: number) =>
  new SharedProbe({ key: 'it', title: 'It', probe, freshMs });

describe('SharedProbe', () => {
  it('tells what the probe found', async () => {
    const details = { layers: ['one'] };
    expect(await probeOf(() => Promise.resolve({ state: 'degraded', details })).ask()).toEqual({
      state: 'degraded',
      details,
      durationMs: expect.any(Number) as number,
    });
  });

  it.each<[string, ModuleProbe]>([
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
  ])('is unhealthy when it %s', async (_how, probe) => {
    expect(await probeOf(probe).ask()).toMatchObject({ state: 'unhealthy' });
  });

  it('asks once for all who ask at the same time, and again for the next', async () => {
    const probe = jest.fn<ReturnType<ModuleProbe>, []>(() => Promise.resolve('healthy'));
    const shared = probeOf(probe);
    await Promise.all([shared.ask(), shared.ask(), shared.ask()]);
    expect(probe).toHaveBeenCalledTimes(1);
    await shared.ask();
    expect(probe).toHaveBeenCalledTimes(2);
  });

  it('believes an answer for as long as the module says', async () => {
    const probe = jest.fn<ReturnType<ModuleProbe>, []>(() => Promise.resolve('healthy'));
    const shared = probeOf(probe, 60_000);
    await shared.ask();
    await shared.ask();
    expect(probe).toHaveBeenCalledTimes(1);
  });

  describe('of a module that hangs', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('is unhealthy after its time, at once for those who come later, and asked again after a while', async () => {
      const probe = jest.fn<ReturnType<ModuleProbe>, [AbortSignal]>(() => new Promise(() => undefined));
      const shared = probeOf(probe);
      const first = shared.ask();
      await jest.advanceTimersByTimeAsync(PROBE_MS);
      expect(await first).toEqual({ state: 'unhealthy', durationMs: PROBE_MS });
      expect(await shared.ask()).toMatchObject({ state: 'unhealthy' });
      expect(probe).toHaveBeenCalledTimes(1);
      await jest.advanceTimersByTimeAsync(10_000);
      probe.mockResolvedValue('healthy');
      expect(await shared.ask()).toMatchObject({ state: 'healthy' });
      expect(probe).toHaveBeenCalledTimes(2);
    });
  });
});
