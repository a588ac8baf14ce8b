import { randomBytes } from 'node:crypto';
import type { Job } from '../../src/platform/jobs/job.js';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

interface Stored {
  _id: string;
  runs?: number;
  last?: { cause: string };
}

const HOUR_MS = 3_600_000;

describeWithRedis('jobs of instances that share Redis', () => {
  let redis: RedisServer;
  let env: Record<string, string>;
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    redis = await RedisServer.start();
    env = { REDIS_URL: redis.url, MONGODB_DATABASE: `test_${randomBytes(6).toString('hex')}` };
    one = await TestApp.start({ env });
    two = await TestApp.start({ env });
  });
  afterAll(async () => {
    await two.stop();
    await one.stop();
    await redis.stop();
  });

  const register = (job: Job, on = [one, two]) => on.forEach(({ nest }) => nest.get(Jobs).register(job));
  const stored = (_id: string) => one.db.collection<Stored>('_JOBS').findOne({ _id });
  const calledFor = (name: string) => async () => (await stored(name))?.last?.cause === 'queue';

  /** Writes each beginning and each end into the database, as what is said of runs there need not be so. */
  const diary = () => {
    const lines = one.db.collection<{ at: 'begin' | 'end' }>('diary');
    let inside = 0;
    let most = 0;
    let runs = 0;
    return {
      run: async () => {
        most = Math.max(most, (inside += 1));
        await lines.insertOne({ at: 'begin' });
        await lines.insertOne({ at: 'end' });
        inside -= 1;
        runs += 1;
      },
      get most() {
        return most;
      },
      get runs() {
        return runs;
      },
      order: async () => (await lines.find().sort({ _id: 1 }).toArray()).map(({ at }) => at),
    };
  };

  it('are called for by Redis, and have their schedules there again after it was emptied', async () => {
    register({ name: 'called', everyMs: 200, run: async () => undefined });
    await until(calledFor('called'));
    const client = redis.client();
    await client.flushall();
    const before = (await stored('called'))?.runs ?? 0;
    await until(
      async () => ((await stored('called'))?.runs ?? 0) > before + 3 && (await calledFor('called')()),
    );
    client.disconnect();
  });

  it('run by a cron expression', async () => {
    register({ name: 'each-second', cron: '* * * * * *', run: async () => undefined });
    await until(calledFor('each-second'));
  });

  it('never run twice at once, while Redis is there, gone, emptied and back', async () => {
    const book = diary();
    register({ name: 'alone', everyMs: 20, run: book.run });
    const more = (runs: number) => until(() => book.runs >= runs);
    await more(50);
    await redis.stop();
    await more(book.runs + 150);
    await redis.startAgain();
    await until(calledFor('alone'));
    const client = redis.client();
    await client.flushall();
    client.disconnect();
    await more(book.runs + 50);
    expect(book.most).toBe(1);
    const order = await book.order();
    expect(order.filter((at, index) => at !== (index % 2 === 0 ? 'begin' : 'end'))).toEqual([]);
  }, 60_000);

  it('that run on every instance are woken on the others', async () => {
    const woken = new Set<TestApp>();
    for (const app of [one, two])
      register(
        { name: 'everywhere', everyMs: HOUR_MS, exclusive: false, run: async () => void woken.add(app) },
        [app],
      );
    await until(() => woken.size === 2);
    woken.clear();
    // Redis came back a moment ago: the other may not listen yet.
    await until(() => {
      one.nest.get(Jobs).wake('everywhere');
      return woken.has(two);
    });
  });

  it('go on when Redis answers nothing, and do not hold the server up', async () => {
    const third = await TestApp.start({ env });
    let runs = 0;
    register({ name: 'frozen', everyMs: 20, run: async () => void (runs += 1) }, [third]);
    await until(() => runs > 0);
    redis.freeze();
    const before = runs;
    await until(() => runs > before);
    await third.nest.close();
    redis.thaw();
  });

  it('are called for by a Redis that comes after the server', async () => {
    await redis.stop();
    const late = await TestApp.start({ env });
    let runs = 0;
    register({ name: 'late', everyMs: 200, run: async () => void (runs += 1) }, [late]);
    await until(() => runs >= 2);
    expect((await stored('late'))?.last?.cause).toBe('clock');
    await redis.startAgain();
    await until(calledFor('late'));
    await late.nest.close();
  });
});
