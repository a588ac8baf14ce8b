import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheDriver } from '../../src/platform/cache/cache-driver.js';
import { MemoryDriver } from '../../src/platform/cache/memory-driver.js';
import { RedisDriver } from '../../src/platform/cache/redis-driver.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { until } from '../support/until.js';

/** What every driver of the cache must do. */
function conforms(make: () => CacheDriver): void {
  let driver: CacheDriver;
  beforeEach(() => (driver = make()));
  const entry = async (key: string) => (await driver.read(key, [])).entry;

  it('keeps, replaces and forgets', async () => {
    expect(await driver.read('a', [])).toEqual({ entry: undefined, versions: [] });
    await driver.write('a', '1', 60_000);
    await driver.write('a', '2 é 🌍 \0', 60_000);
    expect(await entry('a')).toBe('2 é 🌍 \0');
    await driver.delete('a');
    await driver.delete('a');
    expect(await entry('a')).toBeUndefined();
  });

  it('ends the life of an entry', async () => {
    await driver.write('short', '1', 0.5);
    await driver.write('long', '1', 3_600_000);
    await until(async () => (await entry('short')) === undefined);
    expect(await entry('long')).toBe('1');
  });

  it('gives a mark one version until it is renewed, the others keep theirs', async () => {
    const versions = async () => (await driver.read('a', ['x', 'y'])).versions;
    const all = await Promise.all([versions(), versions(), versions()]);
    const [[x, y]] = all;
    for (const one of all) expect(one).toEqual([x, y]);
    expect(x).not.toBe(y);
    await driver.renew(['x']);
    const [fresh, same] = await versions();
    expect(fresh).not.toBe(x);
    expect(same).toBe(y);
    await driver.renew(['never seen']);
    expect((await driver.read('a', ['never seen'])).versions).toHaveLength(1);
  });

  it('lets a lock be taken again when it has ended', async () => {
    const unlock = await driver.lock('a', 60_000);
    expect(unlock).toBeDefined();
    await unlock?.();
    const again = await driver.lock('a', 60_000);
    expect(again).toBeDefined();
    await again?.();
  });
}

describe('the cache in memory', () => {
  conforms(() => new MemoryDriver({ maxSize: 1024 ** 2 }));

  it('lets go of what was used longest ago, and never takes what is larger than itself', async () => {
    let evictions = 0;
    const driver = new MemoryDriver({ maxSize: 1024, onEviction: () => (evictions += 1) });
    const has = async (key: string) => (await driver.read(key, [])).entry !== undefined;
    await driver.write('a', 'x'.repeat(300), 60_000);
    await driver.write('b', 'x'.repeat(300), 60_000);
    expect([await has('a'), await has('b'), evictions]).toEqual([false, true, 1]);
    await driver.write('c', 'x'.repeat(2000), 60_000);
    expect([await has('b'), await has('c')]).toEqual([true, false]);
    expect(driver.count).toBe(1);
    expect(driver.size).toBeLessThanOrEqual(1024);
  });
});

describeWithRedis('the cache in Redis', () => {
  let server: RedisServer;
  let client: ReturnType<RedisServer['client']>;
  beforeAll(async () => {
    server = await RedisServer.start();
    client = server.client();
  });
  beforeEach(() => client.flushall());
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });
  const make = () => new RedisDriver(client, (...parts) => ['test', ...parts].join(':'));
  conforms(make);

  it('lets one of several have a lock, for a time', async () => {
    const [one, two] = [make(), make()];
    const locks = await Promise.all([one.lock('a', 60_000), two.lock('a', 60_000), one.lock('b', 60_000)]);
    expect(locks.map((lock) => lock !== undefined)).toEqual([true, false, true]);
    await locks[0]?.();
    const short = await two.lock('a', 20);
    let next: Awaited<ReturnType<CacheDriver['lock']>>;
    await until(async () => (next = await one.lock('a', 60_000)) !== undefined);
    // Whose time was over ends nobody else's.
    await short?.();
    expect(await two.lock('a', 60_000)).toBeUndefined();
    await next?.();
  });

  it('leaves nothing that does not end by itself', async () => {
    const driver = make();
    await driver.read('a', ['x']);
    await driver.write('a', '1', 60_000);
    await driver.renew(['y']);
    await driver.lock('a', 60_000);
    const keys = await client.keys('*');
    expect(keys).toHaveLength(4);
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
  });

  it('is over altogether when Redis was emptied', async () => {
    const driver = make();
    const { versions } = await driver.read('a', ['x']);
    await client.flushall();
    await sleep(1);
    expect((await driver.read('a', ['x'])).versions).not.toEqual(versions);
  });
});
