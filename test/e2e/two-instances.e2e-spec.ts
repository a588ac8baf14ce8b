import { randomBytes } from 'node:crypto';
import { Jobs } from '../../src/platform/jobs/jobs.service.js';
import { PubSub } from '../../src/platform/redis/pub-sub.service.js';
import { Revocations } from '../../src/platform/security/revocations.service.js';
import type { Problem } from '../support/api-client.js';
import { BEHIND_PROXY, from, knock, limitHeaders, statuses } from '../support/limited.js';
import { declare, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/test-app.js';
import { makeKey, PROJECT, TestProject, withKey } from '../support/test-project.js';
import { AUTH, TestUser } from '../support/test-user.js';
import { eventually, until } from '../support/until.js';

const BANS = '/service/operations/v1/bans';
const JOBS = '/service/operations/v1/jobs';

/** Two instances that share a database and the Redis of the test. */
async function pair(url: string, settings: Record<string, string> = {}): Promise<[TestApp, TestApp]> {
  const database = { MONGODB_DATABASE: `test_${randomBytes(6).toString('hex')}` };
  const env = { REDIS_URL: url, ...database, ...settings };
  const [one, two] = [await TestApp.start({ env }), await TestApp.start({ env })];
  let heard = false;
  two.nest.get(PubSub).subscribe('ready', () => (heard = true));
  await until(async () => {
    await one.nest.get(PubSub).publish('ready', '');
    return heard;
  });
  return [one, two];
}

describeWithRedis('two instances on one Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis.stop());

  describe('with limits', () => {
    let one: TestApp;
    let two: TestApp;
    beforeAll(async () => {
      [one, two] = await pair(redis.url, {
        ...BEHIND_PROXY,
        RATE_LIMIT_IP: '6/1h',
        RATE_LIMIT_BAN: '4/1h/1h',
      });
    });
    afterAll(async () => {
      await two.stop();
      await one.stop();
    });

    it('share them: what one counts, the other has no room for', async () => {
      const address = '192.0.2.1';
      expect(await statuses(3, () => knock(from(address, one.anonymous)))).toEqual([200, 200, 200]);
      const fourth = await knock(from(address, two.anonymous));
      expect(limitHeaders(fourth)).toMatchObject({ limit: '6', remaining: '2' });
      expect(await statuses(2, () => knock(from(address, one.anonymous)))).toEqual([200, 200]);
      expect((await knock(from(address, two.anonymous))).status).toBe(429);
      expect((await knock(from(address, one.anonymous))).status).toBe(429);
    });

    it('share bans, and lift them together', async () => {
      const address = '192.0.2.2';
      const code = async (app: TestApp) => (await knock(from(address, app.anonymous))).body.code;
      await statuses(6, () => knock(from(address, one.anonymous)));
      for (const app of [two, one, two]) expect(await code(app)).toBe('too_many_requests');
      await eventually(
        () => code(one),
        (seen) => seen === 'address_banned',
      );
      await eventually(
        () => code(two),
        (seen) => seen === 'address_banned',
      );
      expect((await from('192.0.2.9', two.client).delete(`${BANS}/${address}`)).status).toBeLessThan(300);
      await eventually(
        () => code(one),
        (seen) => seen !== 'address_banned',
      );
    });
  });

  describe('without', () => {
    let one: TestApp;
    let two: TestApp;
    beforeAll(async () => {
      [one, two] = await pair(redis.url);
    });
    afterEach(() => jest.restoreAllMocks());
    afterAll(async () => {
      await two.stop();
      await one.stop();
    });

    it('share revocations: a token that one has revoked is refused by the other, without a look at the feed', async () => {
      // The database has nothing more to tell the other: only Redis can.
      two.nest.get(Revocations).attach(async () => Promise.resolve([]));
      const user = await TestUser.create(one);
      const me = (app: TestApp) => app.client.as(user.token).get<Problem>(`${AUTH}/sessions`);
      expect((await me(two)).status).toBe(200);
      expect((await user.client.post(`${AUTH}/signout`)).status).toBeLessThan(300);
      const refused = await eventually(
        () => me(two),
        ({ status }) => status !== 200,
      );
      expect([refused.status, refused.body.code]).toEqual([401, 'token_invalid']);
    });

    it('share changes of keys, projects and rules, while nothing that is remembered grows old', async () => {
      const key = await makeKey(one.client);
      const project = await TestProject.create(one);
      const page = await withPublishableKey(one);
      await declare(one, 'notes', { rules: { list: {} } });
      const now = performance.now();
      jest.spyOn(performance, 'now').mockReturnValue(now);
      const byKey = () => withKey(two, key).get<Problem>(`${STORAGE}/things`);
      const inProject = () => withKey(two, project.key).get<Problem>(`${STORAGE}/things`);
      const byRule = () => page.at(two.url).get<Problem>(`${STORAGE}/notes`);
      for (const ask of [byKey, inProject, byRule]) expect((await ask()).status).toBe(200);

      await one.client.delete(`/service/key/v1/${key.id}`);
      await one.client.patch(`${PROJECT}/${project.id}`, { frozen: true });
      await declare(one, 'notes', { rules: {} });
      expect((await eventually(byKey, ({ status }) => status !== 200)).status).toBe(401);
      expect((await eventually(inProject, ({ status }) => status !== 200)).status).toBe(423);
      expect((await eventually(byRule, ({ status }) => status !== 200)).status).toBeGreaterThan(400);
    });

    it('share jobs: each run takes place on one, both know of it, and Redis calls for it', async () => {
      const runs: TestApp[] = [];
      let inside = 0;
      let most = 0;
      for (const app of [one, two])
        app.nest.get(Jobs).register({
          name: 'shared',
          everyMs: 50,
          run: async () => {
            most = Math.max(most, (inside += 1));
            await app.db.collection('runs').insertOne({});
            inside -= 1;
            runs.push(app);
          },
        });
      await until(() => runs.length >= 100);
      expect(most).toBe(1);
      const seen = async (app: TestApp) =>
        (await app.client.get<{ name: string; runs: number; last: { cause: string } }[]>(JOBS)).body.find(
          ({ name }) => name === 'shared',
        );
      for (const app of [one, two]) {
        const job = await eventually(
          () => seen(app),
          (found) => found?.last.cause === 'queue',
        );
        expect(job?.runs).toBeGreaterThanOrEqual(100);
      }
    });

    it('refuse on one what runs on the other', async () => {
      let end = (): void => undefined;
      for (const { nest } of [one, two])
        nest.get(Jobs).register({
          name: 'by-hand',
          cron: '0 3 1 1 *',
          run: () => new Promise((resolve) => (end = resolve)),
        });
      expect((await one.client.post(`${JOBS}/by-hand/run`)).status).toBe(202);
      const { status, body } = await two.client.post<Problem>(`${JOBS}/by-hand/run`);
      expect([status, body.code]).toEqual([409, 'job_running']);
      end();
      await eventually(
        () => two.client.post(`${JOBS}/by-hand/run`),
        (answer) => answer.status === 202,
      );
      end();
    });
  });
});
