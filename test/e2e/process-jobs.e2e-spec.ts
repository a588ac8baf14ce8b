import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient, type Collection } from 'mongodb';
import { ROOT } from '../support/build.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TEST_SECRET, testDatabaseUri } from '../support/test-app.js';
import { until } from '../support/until.js';

interface Line {
  pid: number;
  run: number;
  at: 'begin' | 'end';
  /** Milliseconds since 1970, by the clock that all processes here have. */
  t: number;
}

interface Stored {
  _id: string;
  runs: number;
  failures: number;
  last: { result: string };
}

describeWithRedis('jobs of processes', () => {
  let redis: RedisServer;
  let mongo: MongoClient;
  let directory: string;
  let children: ChildProcess[] = [];
  const database = `test_${randomBytes(6).toString('hex')}`;
  beforeAll(async () => {
    redis = await RedisServer.start();
    mongo = await MongoClient.connect(testDatabaseUri());
    directory = await mkdtemp(join(tmpdir(), 'coglex-jobs-'));
  });
  afterEach(async () => {
    for (const child of children) await end(child, 'SIGKILL');
    children = [];
    await mongo.db(database).dropDatabase();
  });
  afterAll(async () => {
    await mongo.close();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function start(env: Record<string, string> = {}): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(ROOT, 'test/support/job-process.ts')], {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        LOG_LEVEL: 'silent',
        SERVER_SECRET: TEST_SECRET,
        DATA_DIR: await mkdtemp(join(directory, 'data-')),
        MONGODB_URI: testDatabaseUri(),
        MONGODB_DATABASE: database,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += String(text)));
    await until(() => {
      if (child.exitCode !== null) throw new Error(printed);
      return printed.includes('http://127.0.0.1');
    });
    return child;
  }

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  const diary = (): Collection<Line> => mongo.db(database).collection<Line>('diary');
  const job = () => mongo.db(database).collection<Stored>('_JOBS').findOne({ _id: 'probe' });
  const count = (filter: Partial<Line>) => diary().countDocuments(filter);

  it.each([
    ['without Redis', false],
    ['with Redis', true],
  ])(
    'are taken over when one is killed in the middle of a run, %s',
    async (_, withRedis) => {
      const env: Record<string, string> = withRedis ? { REDIS_URL: redis.url } : {};
      const doomed = await start({ ...env, JOB_MS: '3600000' });
      await until(async () => (await count({ at: 'begin' })) === 1);
      const heir = await start(env);
      const held = Number(
        (
          await mongo
            .db(database)
            .collection('_JOBS')
            .findOne({ _id: 'probe' as never })
        )?.until,
      );
      await end(doomed, 'SIGKILL');
      await until(async () => (await count({ pid: heir.pid ?? 0, at: 'end' })) >= 3);
      // Nobody came before the lease was over.
      const first = await diary().findOne({ pid: heir.pid ?? 0 }, { sort: { t: 1 } });
      expect(first?.t).toBeGreaterThanOrEqual(held);
      expect(await count({ pid: doomed.pid ?? 0 })).toBe(1);
      await until(async () => (await job())?.last.result === 'succeeded');
      expect((await job())?.failures).toBe(1);
    },
    60_000,
  );

  it('never run twice at once on two of them, while they are killed and come back', async () => {
    const env = { REDIS_URL: redis.url, JOB_LEASE_MS: '1500' };
    let [one, two] = [await start(env), await start(env)];
    for (let round = 1; round <= 3; round += 1) {
      const before = await count({ at: 'end' });
      await until(async () => (await count({ at: 'end' })) > before + 25);
      await end(round % 2 === 0 ? one : two, 'SIGKILL');
      if (round % 2 === 0) one = await start(env);
      else two = await start(env);
    }
    const lines = await diary().find().sort({ t: 1, at: -1 }).toArray();
    const ended = new Set(lines.filter(({ at }) => at === 'end').map(({ pid, run }) => `${pid} ${run}`));
    // Those that were killed have no end; all others are over before the next begins.
    const whole = lines.filter(({ pid, run }) => ended.has(`${pid} ${run}`));
    expect(whole.length).toBeGreaterThan(150);
    for (let at = 0; at < whole.length; at += 2) {
      expect(whole[at]).toMatchObject({ at: 'begin' });
      expect(whole[at + 1]).toMatchObject({ at: 'end', pid: whole[at].pid, run: whole[at].run });
    }
  }, 120_000);

  it('end promptly when they are told to, and print no error of a connection', async () => {
    const child = await start({ REDIS_URL: redis.url });
    let printed = '';
    child.stderr?.on('data', (text) => (printed += String(text)));
    await until(async () => (await count({ at: 'end' })) > 0);
    await end(child, 'SIGTERM');
    expect([child.exitCode, child.signalCode, printed]).toEqual([0, null, '']);
  });
});
