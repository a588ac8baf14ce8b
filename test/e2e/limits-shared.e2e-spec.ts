import { BEHIND_PROXY, from, knock, limitHeaders, statuses } from '../support/limited.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TestApp, type LogLine } from '../support/test-app.js';
import { eventually, until } from '../support/until.js';

const BANS = '/service/operations/v1/bans';

interface Health {
  details: { limits?: { windows?: string } };
}

let asked = 0;
/** Each time from another address, for who asks is counted as well. */
const windowsOf = async (app: TestApp) =>
  (await from(`10.9.${(asked += 1) >> 8}.${asked & 255}`, app.client).get<Health>('/health')).body.details
    .limits?.windows;
const metricsOf = async (app: TestApp) => (await fetch(`${app.url}/metrics`)).text();
const isBanned = async (app: TestApp, address: string) =>
  (await knock(from(address, app.anonymous))).body.code === 'address_banned';

/** Asks until the address is banned. */
async function provoke(app: TestApp, address: string): Promise<void> {
  for (let asked = 0; asked < 500; asked += 1) if (await isBanned(app, address)) return;
  throw new Error('Nobody was banned');
}

describeWithRedis('limits of two instances on one Redis', () => {
  const log: LogLine[] = [];
  let redis: RedisServer;
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    redis = await RedisServer.start();
    const env = {
      ...BEHIND_PROXY,
      LOG_LEVEL: 'info',
      REDIS_URL: redis.url,
      RATE_LIMIT_IP: '20/1h',
      RATE_LIMIT_AUTH: '5/1h',
      RATE_LIMIT_BAN: '200/1h/1h',
    };
    one = await TestApp.start({ env, onLog: (line) => log.push(line) });
    two = await TestApp.start({
      env: { ...env, MONGODB_DATABASE: one.databaseName },
      onLog: (line) => log.push(line),
    });
  });
  afterAll(async () => {
    redis.thaw();
    await one.stop();
    await two.stop();
    await redis.stop();
  });
  /** Everything is as at the start of a test, also when the one before it has failed. */
  afterEach(async () => {
    for (const app of [one, two])
      await eventually(
        () => windowsOf(app),
        (windows) => windows === 'shared',
      );
  });

  const both = (address: string) => [from(address, one.anonymous), from(address, two.anonymous)];

  it('are exact when everybody calls at once', async () => {
    const clients = both('192.0.2.1');
    const answers = await Promise.all(Array.from({ length: 200 }, (_, at) => knock(clients[at % 2])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(180);
    const left = answers
      .filter(({ status }) => status === 200)
      .map((answer) => limitHeaders(answer).remaining);
    expect(left.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });

  it('count failed authentications together, exactly, also when all come at once', async () => {
    const clients = both('192.0.2.2');
    const guess = (at: number) =>
      clients[at % 2].with({ 'x-api-key': `guess ${at}` }).get('/service/storage/v1/x');
    const answers = await Promise.all(Array.from({ length: 18 }, (_, at) => guess(at)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(13);
  });

  it('ban on both what is banned on one, and lift it on both', async () => {
    await provoke(one, '192.0.2.3');
    await until(() => isBanned(two, '192.0.2.3'));
    const { body } = await two.client.get<{ address: string }[]>(BANS);
    expect(body.map(({ address }) => address)).toContain('192.0.2.3');
    expect((await two.client.delete(`${BANS}/192.0.2.3`)).status).toBe(200);
    await until(async () => !(await isBanned(one, '192.0.2.3')));
    expect(await isBanned(two, '192.0.2.3')).toBe(false);
  });

  it('go on by themselves while Redis is away, say so, and are shared again when it is back', async () => {
    const clients = both('192.0.2.4');
    expect(await statuses(15, () => knock(clients[0]))).not.toContain(429);
    await redis.stop();
    for (const app of [one, two])
      await eventually(
        () => windowsOf(app),
        (windows) => windows === 'local, Redis is away',
      );
    expect(await metricsOf(one)).toMatch(/^coglex_limiter_local 1$/m);
    // What it has admitted before it remembers: the outage is no new start.
    expect(
      (await statuses(10, () => knock(clients[0]))).filter((status) => status === 200).length,
    ).toBeLessThanOrEqual(5);
    expect(await statuses(20, () => knock(clients[1]))).not.toContain(429);
    expect((await knock(clients[1])).status).toBe(429);

    await redis.startAgain();
    for (const app of [one, two])
      await eventually(
        () => windowsOf(app),
        (windows) => windows === 'shared',
      );
    expect(await metricsOf(one)).toMatch(/^coglex_limiter_local 0$/m);
    const again = both('192.0.2.5');
    await statuses(10, () => knock(again[0]));
    await statuses(10, () => knock(again[1]));
    expect((await knock(again[0])).status).toBe(429);
    // Once for each instance, however many requests there were.
    const said = log.filter(({ msg }) => msg.includes('limits'));
    expect(said.filter(({ msg }) => msg.includes('away'))).toHaveLength(2);
    expect(said.filter(({ msg }) => msg.includes('shared again'))).toHaveLength(2);
  });

  it('answer while Redis hangs', async () => {
    redis.freeze();
    try {
      expect(await statuses(3, () => knock(from('192.0.2.6', one.anonymous)))).toEqual([200, 200, 200]);
      expect(await windowsOf(one)).toBe('local, Redis is away');
    } finally {
      redis.thaw();
    }
  });

  it('forget no ban when Redis goes and comes back empty; and lift it on both without Redis', async () => {
    await provoke(one, '192.0.2.7');
    await until(() => isBanned(two, '192.0.2.7'));
    for (let time = 0; time < 2; time += 1) {
      await redis.stop();
      await eventually(
        () => windowsOf(one),
        (windows) => windows !== 'shared',
      );
      expect(await isBanned(one, '192.0.2.7')).toBe(true);
      await redis.startAgain();
      await eventually(
        () => windowsOf(one),
        (windows) => windows === 'shared',
      );
      expect([await isBanned(one, '192.0.2.7'), await isBanned(two, '192.0.2.7')]).toEqual([true, true]);
    }
    await redis.stop();
    try {
      expect((await one.client.delete(`${BANS}/192.0.2.7`)).status).toBe(200);
      expect(await isBanned(one, '192.0.2.7')).toBe(false);
      await until(async () => !(await isBanned(two, '192.0.2.7')));
      // What is banned without Redis reaches the other one by the database.
      await provoke(one, '192.0.2.8');
      await until(() => isBanned(two, '192.0.2.8'));
    } finally {
      await redis.startAgain();
    }
  });

  it('keep nothing in Redis for longer than their window', async () => {
    const client = redis.client();
    await knock(from('192.0.2.9', one.anonymous));
    const keys = await client.keys('*limit:*');
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0);
    client.disconnect();
  });
});
