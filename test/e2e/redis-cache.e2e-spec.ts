import { randomBytes } from 'node:crypto';
import { Cache } from '../../src/platform/cache/cache.js';
import type { CacheArea } from '../../src/platform/cache/cache-area.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const minute = { seconds: 60, tags: ['x'] };

describeWithRedis('the cache that instances share', () => {
  let redis: RedisServer;
  let apps: TestApp[];
  let one: CacheArea;
  let two: CacheArea;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url, MONGODB_DATABASE: `test_${randomBytes(6).toString('hex')}` };
    apps = [await TestApp.start({ env }), await TestApp.start({ env })];
    [one, two] = apps.map(({ nest }) => nest.get(Cache).area('probe'));
  });
  afterAll(async () => {
    for (const app of apps.reverse()) await app.stop();
    await redis.stop();
  });

  const ask = (area: CacheArea, key: string, value: unknown) =>
    area.getOrCompute([key], minute, async () => Promise.resolve(value));
  /** Whether an instance sees what the other writes. */
  const together = () =>
    until(async () => {
      const key = randomBytes(6).toString('hex');
      await one.set([key], 1, { seconds: 60 });
      return (await two.get([key])) === 1;
    });

  it('is filled by one and read by the other, and forgotten on both', async () => {
    expect(await ask(one, 'a', 1)).toBe(1);
    expect(await ask(two, 'a', 2)).toBe(1);
    await two.invalidateTag('x');
    expect(await ask(one, 'a', 3)).toBe(3);
    expect(await ask(two, 'a', 4)).toBe(3);
    await one.delete(['a']);
    expect(await ask(two, 'a', 5)).toBe(5);
  });

  it('has one instance compute what both are asked for', async () => {
    let computed = 0;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const compute = async () => {
      computed += 1;
      await ended;
      return 'answer';
    };
    const asked = [one, two].flatMap((area) =>
      Array.from({ length: 50 }, () => area.getOrCompute(['both'], minute, compute)),
    );
    await until(() => computed > 0);
    end();
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['answer']));
    expect(computed).toBe(1);
  });

  it('does not wait long for an instance that computes without end', async () => {
    let end: () => void = () => undefined;
    const endless = one.getOrCompute(
      ['endless'],
      minute,
      () => new Promise((resolve) => (end = () => resolve(1))),
    );
    await until(async () => {
      const client = redis.client();
      const locks = await client.keys('*cache:lock*');
      client.disconnect();
      return locks.length > 0;
    });
    expect(await ask(two, 'endless', 2)).toBe(2);
    end();
    expect(await endless).toBe(1);
  });

  it('goes on in memory while Redis is away, without an error', async () => {
    await redis.stop();
    expect(await ask(one, 'away', 1)).toBe(1);
    expect(await ask(one, 'away', 2)).toBe(1);
    expect(await ask(two, 'away', 2)).toBe(2);
    await one.invalidateTag('x');
    expect(await ask(one, 'away', 3)).toBe(3);
    await redis.startAgain();
    await together();
  });

  it('makes up for what was to be forgotten while Redis did not answer', async () => {
    await together();
    expect(await ask(one, 'frozen', 1)).toBe(1);
    redis.freeze();
    await two.invalidateTag('x');
    expect(await ask(two, 'frozen', 2)).toBe(2);
    redis.thaw();
    await together();
    await until(async () => (await two.get(['anything'])) === undefined);
    // Redis has kept all that was in it, and nobody reads it any more.
    expect(await ask(one, 'frozen', 3)).toBe(3);
  });

  it('takes what it does not know for nothing', async () => {
    await together();
    expect(await ask(one, 'spoilt', 1)).toBe(1);
    const client = redis.client();
    for (const text of ['', 'null', '{', '{"v":1}', '[]', '{"m":[],"u":9e15,"c":0,"v":"{"}']) {
      for (const key of await client.keys('*cache:entry*')) await client.set(key, text, 'PX', 60_000);
      expect(await ask(two, 'spoilt', 2)).toBe(2);
    }
    client.disconnect();
  });
});
