import { setTimeout as sleep } from 'node:timers/promises';
import { Cache } from '../../src/platform/cache/cache.js';
import type { CacheArea } from '../../src/platform/cache/cache-area.js';
import { ProjectContext } from '../../src/platform/tenancy/project-context.service.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

/** Work that is counted, and ends when the test says so. */
function gate<T>(value: T) {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const compute = jest.fn(async () => {
    await opened;
    return value;
  });
  return { compute, open: () => open() };
}

describe('the cache of one instance', () => {
  let app: TestApp;
  let area: CacheArea;
  beforeAll(async () => {
    app = await TestApp.start({ env: { CACHE_MAX_SIZE: '8MB' } });
    area = app.nest.get(Cache).area('probe');
  });
  afterAll(() => app.stop());

  const minute = { seconds: 60 };

  it('computes once, and gives each a value of its own, as JSON has it', async () => {
    const compute = jest.fn(async () => Promise.resolve({ at: new Date(0), list: [1] }));
    const first = await area.getOrCompute(['once'], minute, compute);
    const second = await area.getOrCompute(['once'], minute, compute);
    expect(first).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [1] });
    first.list.push(2);
    expect(second.list).toEqual([1]);
    expect(await area.get(['once'])).toEqual(second);
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('computes once for all that ask at the same time', async () => {
    const { compute, open } = gate('answer');
    const asked = Array.from({ length: 200 }, () => area.getOrCompute(['stampede'], minute, compute));
    await until(() => compute.mock.calls.length > 0);
    open();
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['answer']));
    expect(compute).toHaveBeenCalledTimes(1);
  });

  it('keeps no error, and tells it to all that wait', async () => {
    const compute = jest.fn(async () => Promise.reject(new Error('not today')));
    const asked = [1, 2, 3].map(() => area.getOrCompute(['error'], minute, compute));
    for (const one of await Promise.allSettled(asked)) expect(one.status).toBe('rejected');
    expect(compute).toHaveBeenCalledTimes(1);
    expect(await area.getOrCompute(['error'], minute, async () => Promise.resolve('now'))).toBe('now');
  });

  it.each([[undefined], [null]])('keeps also that there is nothing: %p', async (nothing) => {
    const compute = jest.fn(async () => Promise.resolve(nothing));
    const key = ['nothing', String(nothing)];
    for (let time = 0; time < 3; time += 1)
      expect(await area.getOrCompute(key, minute, compute)).toBe(nothing);
    expect(compute).toHaveBeenCalledTimes(1);
    const uncached = jest.fn(async () => Promise.resolve(nothing));
    for (let time = 0; time < 3; time += 1)
      await area.getOrCompute([...key, 'never'], { seconds: 60, missSeconds: 0 }, uncached);
    expect(uncached).toHaveBeenCalledTimes(3);
  });

  it('forgets by key and by tag, and what was begun before is not kept', async () => {
    let value = 1;
    const ask = (key: string, tags: string[]) =>
      area.getOrCompute([key], { ...minute, tags }, async () => Promise.resolve(value));
    expect([await ask('a', ['x']), await ask('b', ['x', 'y']), await ask('c', ['y'])]).toEqual([1, 1, 1]);
    value = 2;
    await area.invalidateTag('x');
    expect([await ask('a', ['x']), await ask('b', ['x', 'y']), await ask('c', ['y'])]).toEqual([2, 2, 1]);
    await area.delete(['c']);
    expect(await ask('c', ['y'])).toBe(2);

    const { compute, open } = gate('old');
    const slow = area.getOrCompute(['slow'], { ...minute, tags: ['x'] }, compute);
    await until(() => compute.mock.calls.length > 0);
    await area.invalidateTag('x');
    open();
    expect(await slow).toBe('old');
    const fresh = area.getOrCompute(['slow'], { ...minute, tags: ['x'] }, async () => Promise.resolve('new'));
    expect(await fresh).toBe('new');
  });

  it('keeps projects, areas and kinds of parts apart', async () => {
    const context = app.nest.get(ProjectContext);
    const other = app.nest.get(Cache).area('other');
    const common = app.nest.get(Cache).area('common', 'installation');
    await area.set(['a', 1], 'mine', minute);
    await common.set(['a'], 'ours', minute);
    expect(await context.run('f'.repeat(24), () => area.get(['a', 1]))).toBeUndefined();
    expect(await context.run('f'.repeat(24), () => common.get(['a']))).toBe('ours');
    expect(await other.get(['a', 1])).toBeUndefined();
    for (const key of [['a', '1'], ['a1'], ['a', 1, null], [['a', 1].join()]])
      expect(await area.get(key)).toBeUndefined();
    expect(await area.get(['a', 1])).toBe('mine');
    await context.run('f'.repeat(24), () => area.delete(['a', 1]));
    expect(await area.get(['a', 1])).toBe('mine');
  });

  it('takes no value that is too large, and goes on without', async () => {
    const large = 'x'.repeat(2 * 1024 ** 2);
    const compute = jest.fn(async () => Promise.resolve(large));
    for (let time = 0; time < 2; time += 1)
      expect((await area.getOrCompute(['large'], minute, compute)).length).toBe(large.length);
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('computes anew before the end, while the others go on with what is there', async () => {
    let value = 'first';
    const compute = jest.fn(async () => {
      await sleep(20);
      return value;
    });
    const ask = () => area.getOrCompute(['dear'], { seconds: 10 }, compute);
    await ask();
    value = 'second';
    // The dice fall as rarely as they ever do: who asks now renews it, and need not wait for that.
    const dice = jest.spyOn(Math, 'random').mockReturnValue(Number.MIN_VALUE);
    expect(await ask()).toBe('first');
    dice.mockRestore();
    await until(async () => (await area.get(['dear'])) === 'second');
    expect(compute).toHaveBeenCalledTimes(2);
  });

  it('shows in the metrics, by area', async () => {
    const text = await (await fetch(`${app.url}/metrics`)).text();
    for (const result of ['hit', 'miss', 'joined'])
      expect(text).toMatch(
        new RegExp(`^coglex_cache_requests_total\\{area="probe",result="${result}"\\} \\d+$`, 'm'),
      );
    expect(text).toMatch(/^coglex_cache_memory_bytes [1-9]\d*$/m);
    expect(text).toMatch(/^coglex_cache_evictions_total \d+$/m);
  });
});
