import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import type { Charge, Decision } from '../../src/platform/limits/charge.js';
import { MemoryWindows } from '../../src/platform/limits/memory-windows.js';
import { SharedWindows } from '../../src/platform/limits/shared-windows.service.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const HOUR = 3_600_000;

/** What can happen to three limits, of which one is large enough to join moments. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('decide' as const), looks: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), which: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('back' as const), which: fc.nat(1) }) },
);

describeWithRedis('windows in Redis', () => {
  let redis: RedisServer;
  let app: TestApp;
  let shared: SharedWindows;
  beforeAll(async () => {
    redis = await RedisServer.start();
    app = await TestApp.start({ env: { REDIS_URL: redis.url } });
    shared = app.nest.get(SharedWindows, { strict: false });
  });
  afterAll(async () => {
    await app.stop();
    await redis.stop();
  });

  const charge = (limit: string, subject: string, count: number, ms = HOUR, take = true): Charge => ({
    ...{ limit, subject, take },
    rule: { count, ms },
  });
  const decide = async (charges: Charge[], violation?: Charge): Promise<Decision> => {
    const decision = await shared.decide(charges, violation);
    if (!decision) throw new Error('Redis is away');
    return decision;
  };

  it('decide as those in memory do', async () => {
    const story = fc.record({
      steps: fc.array(step, { minLength: 40, maxLength: 160 }),
      small: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ steps, small }) => {
        const memory = new MemoryWindows();
        const subject = randomUUID();
        const charges = [charge('a', subject, small), charge('b', subject, 100), charge('c', subject, 60)];
        const violation = charge('ban', subject, 5);
        const taken: { here: number; there: number }[] = [];
        for (const what of steps) {
          if (what.kind === 'take') {
            memory.take([charges[what.which]]);
            await shared.take(charges[what.which]);
          } else if (what.kind === 'back') {
            const last = taken.pop();
            if (!last) continue;
            memory.giveBack(charges[what.which], last.here);
            await shared.giveBack(charges[what.which], last.there);
          } else {
            const asked = charges.map((one, at) => (at === 2 && what.looks ? { ...one, take: false } : one));
            const there = await decide(asked, violation);
            const here = memory.decide(asked, violation);
            const seen = ({ refused, banned, standings }: Decision) => ({
              ...{ refused: refused !== undefined, banned },
              used: standings.map(({ used }) => used),
            });
            expect(seen(there)).toEqual(seen(here));
            for (const { resetMs } of there.standings) {
              expect(resetMs).toBeLessThanOrEqual(HOUR);
              expect(resetMs).toBeGreaterThanOrEqual(0);
            }
            if (here.refused === undefined) taken.push({ here: here.at, there: there.at });
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('slide: a place is free as soon as what took it has left', async () => {
    const one = charge('slide', randomUUID(), 3, 1000);
    await decide([one]);
    await decide([one]);
    const [third] = [await decide([one])];
    expect(third.standings[0].used).toBe(3);
    expect((await decide([one])).refused).toBe(0);
    await until(async () => (await decide([one])).refused === undefined);
    await until(async () => (await decide([{ ...one, take: false }])).standings[0].used === 0);
  });

  it('never hold more than was asked for, however many ask at once', async () => {
    for (const count of [1, 10, 100]) {
      const one = charge('race', randomUUID(), count);
      const decisions = await Promise.all(Array.from({ length: 10 * count }, () => decide([one])));
      expect(decisions.filter(({ refused }) => refused === undefined)).toHaveLength(count);
    }
  });

  it('are small: a large window takes no more than some hundred bytes', async () => {
    const client = redis.client();
    // So short that all of its pieces come to be used.
    const one = charge('size', randomUUID(), 1_000_000, 640);
    let used = 0;
    while (used < 2000) {
      const decisions = await Promise.all(Array.from({ length: 50 }, () => decide([one])));
      used += decisions.length;
      for (const key of await client.keys('*size*')) expect(await client.strlen(key)).toBeLessThan(900);
    }
    client.disconnect();
  });
});
