import type { ApiClient, Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { TestApp } from '../support/test-app.js';
import { KEY, makeKey, PROJECT, TestProject, withKey, type NewKey } from '../support/test-project.js';

const THINGS = '/service/storage/v1/things';

/** Calls until the answer has a status; the test's own timeout ends it otherwise. */
async function until(status: number, client: ApiClient): Promise<void> {
  while ((await client.get(THINGS)).status !== status);
}

describe('what one instance takes back, the other refuses', () => {
  let one: TestApp;
  let two: TestApp;
  beforeAll(async () => {
    one = await TestApp.start();
    two = await TestApp.start({ env: { MONGODB_DATABASE: one.databaseName } });
  });
  afterAll(async () => {
    await two.stop();
    await one.stop();
  });

  it('a key, while it is in use without a pause', async () => {
    const key = await makeKey(one.client);
    const there = withKey(two, key);
    await until(200, there);
    expect((await one.client.delete(`${KEY}/${key.id}`)).status).toBe(200);
    await until(401, there);
    expect((await there.get<Problem>(THINGS)).body.code).toBe('api_key_invalid');
  });

  it('a text that was rotated away', async () => {
    const key = await makeKey(one.client);
    await until(200, withKey(two, key));
    const { body: fresh } = await one.client.post<NewKey>(`${KEY}/${key.id}/rotate`);
    await until(200, withKey(two, fresh));
    await until(401, withKey(two, key));
  });

  it('a project, frozen, thawed, deleted and restored', async () => {
    const moon = await TestProject.create(one);
    const there = withKey(two, moon.key);
    await until(200, there);
    await one.client.patch(`${PROJECT}/${moon.id}`, { frozen: true });
    await until(423, there);
    await one.client.patch(`${PROJECT}/${moon.id}`, { frozen: false });
    await until(200, there);
    await one.client.delete(`${PROJECT}/${moon.id}`, { confirm: moon.name });
    await until(401, there);
    await one.client.post(`${PROJECT}/${moon.id}/restore`);
    await until(200, there);
  });

  it('a key, in the middle of what it does', async () => {
    const key = await makeKey(one.client);
    const client = withKey(one, key);
    const calls = Array.from({ length: 40 }, async (_, index) => {
      if (index === 10) return one.client.delete(`${KEY}/${key.id}`);
      return client.post(THINGS, { index });
    });
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.every((status) => [200, 201, 401].includes(status))).toBe(true);
    expect((await client.get(THINGS)).status).toBe(401);
  });
});

describe('keys while the database is away', () => {
  let proxy: DatabaseProxy;
  let app: TestApp;
  let key: NewKey;
  beforeAll(async () => {
    proxy = await DatabaseProxy.start();
    app = await TestApp.start({ env: { MONGODB_URI: proxy.uri } });
    key = await makeKey(app.client, { origins: ['https://shop.example.com'] });
  });
  afterAll(async () => {
    proxy.restore();
    await app.stop();
    await proxy.stop();
  });

  const invented = (index: number) =>
    `cgx_sk_${index.toString(16).padStart(24, '0')}${'5'.repeat(48)}${'a'.repeat(12)}`;

  it('are neither good nor bad: 503, and the root key is known without it', async () => {
    proxy.cut();
    let answer = await withKey(app, key).get<Problem>(THINGS);
    // For half a second it is still remembered.
    while (answer.status !== 503) answer = await withKey(app, key).get<Problem>(THINGS);
    expect(answer.body.code).toBe('database_unavailable');
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const routes = [
      app.client.get<Problem>(KEY),
      app.client.post<Problem>(KEY, { name: 'A', type: 'secret' }),
      app.client.delete<Problem>(`${KEY}/${key.id}`),
      app.client.post<Problem>(`${KEY}/${key.id}/rotate`),
      app.client.post<Problem>(`${KEY}/validate`, { key: key.key }),
      app.client.get<Problem>(PROJECT),
      app.client.post<Problem>(PROJECT, { name: 'Moon' }),
      app.client.get<Problem>(`${PROJECT}/default/usage`),
      app.client.patch<Problem>(`${PROJECT}/default`, { name: 'Earth' }),
      app.client.with({ 'x-project': 'f'.repeat(24) }).get<Problem>(THINGS),
    ];
    for (const { body } of await Promise.all(routes)) expect(body.code).toBe('database_unavailable');
    expect((await app.client.post(`${KEY}/validate`, { key: 'nonsense' })).body).toEqual({ valid: false });
  });

  it('that somebody invents never ask for it', async () => {
    proxy.stall();
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => withKey(app, { key: invented(index) }).get(THINGS)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    proxy.restore();
  });

  it('leave preflights answered as they were', async () => {
    proxy.restore();
    const preflight = async () => {
      const page = app.anonymous.with({
        origin: 'https://shop.example.com',
        'access-control-request-method': 'GET',
      });
      return (await page.send('OPTIONS', THINGS)).headers.get('access-control-allow-origin');
    };
    while ((await preflight()) === null);
    proxy.cut();
    expect(await preflight()).toBe('https://shop.example.com');
  });
});
