import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

describe('accounts while the database is away', () => {
  let proxy: DatabaseProxy;
  let app: TestApp;
  const start = async (reachable: boolean) => {
    proxy = await DatabaseProxy.start({ reachable });
    app = await TestApp.start({ env: { MONGODB_URI: proxy.uri } });
  };
  afterEach(async () => {
    proxy.restore();
    await app.stop();
    await proxy.stop();
  });

  const unavailable = ({ body, headers }: { body: Problem; headers: Headers }) => {
    expect(body).toMatchObject({ status: 503, code: 'database_unavailable' });
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
  };
  /** Repeats a call until the application is connected again. */
  const untilServed = async <T extends { status: number }>(call: () => Promise<T>): Promise<T> => {
    for (;;) {
      const answer = await call();
      if (answer.status !== 503) return answer;
      await sleep(100);
    }
  };

  it('answers 503 on every route, and never "wrong password" or "no such account"', async () => {
    await start(true);
    const user = await TestUser.create(app);
    proxy.cut();
    const answers = await Promise.all([
      app.client.post<Problem>(`${AUTH}/signup`, { _key: 'grace', _password: 'correct horse' }),
      app.client.post<Problem>(`${AUTH}/signin`, { _key: user.key, _password: user.password }),
      app.client.post<Problem>(`${AUTH}/signin`, { _key: 'nobody', _password: user.password }),
      user.client.get<Problem>(`${AUTH}/${user.key}`),
      user.client.patch<Problem>(`${AUTH}/${user.key}`, { document: { $set: { name: 'Ada' } } }),
    ]);
    answers.forEach(unavailable);
    expect(JSON.stringify(answers.map(({ body }) => body))).not.toMatch(/127\.0\.0\.1|mongo/i);

    proxy.restore();
    const { status } = await untilServed(() =>
      app.client.post(`${AUTH}/signin`, { _key: user.key, _password: user.password }),
    );
    expect(status).toBe(200);
  });

  it('keeps keys unique when the database was away at the start', async () => {
    await start(false);
    unavailable(await app.client.post<Problem>(`${AUTH}/signup`, { _key: 'ada' }));
    proxy.restore();
    await untilServed(() => app.client.get(`${AUTH}/nobody`));
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => app.client.post(`${AUTH}/signup`, { _key: 'ada' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await app.db.collection('_USERS').countDocuments({ _key: 'ada' })).toBe(1);
  }, 30_000);
});
