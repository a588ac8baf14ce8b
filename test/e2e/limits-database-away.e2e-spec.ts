import type { Problem } from '../support/api-client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { BEHIND_PROXY, from, knock, limitHeaders } from '../support/limited.js';
import { TestApp } from '../support/test-app.js';
import { makeKey, withKey, type NewKey } from '../support/test-project.js';
import { until } from '../support/until.js';

describe('limits while the database is away', () => {
  let proxy: DatabaseProxy;
  let app: TestApp;
  let key: NewKey;
  beforeAll(async () => {
    proxy = await DatabaseProxy.start();
    const env = {
      RATE_LIMIT_IP: '',
      RATE_LIMIT_AUTH: '',
      RATE_LIMIT_BAN: '5/1h/1h',
      RATE_LIMIT_STORAGE: '3/1h',
    };
    app = await TestApp.start({ env: { ...BEHIND_PROXY, ...env, MONGODB_URI: proxy.uri } });
    key = await makeKey(app.client);
    proxy.cut();
  });
  afterAll(async () => {
    proxy.restore();
    await app.stop();
    await proxy.stop();
  });

  it('take a key of this installation for one, so that its server hears of the outage and of no limit', async () => {
    const client = from('192.0.2.1', withKey(app, key));
    const ask = () => client.get<Problem>('/service/project/v1');
    await until(async () => (await ask()).body.code === 'database_unavailable');
    expect(limitHeaders(await ask())).toMatchObject({ limit: undefined, policy: undefined });
    // One that somebody has invented is none.
    const invented = withKey(app, { key: `${key.key.slice(0, -1)}${key.key.endsWith('0') ? '1' : '0'}` });
    expect(limitHeaders(await from('192.0.2.2', invented).get('/service/project/v1')).limit).toBe('60');
  });

  it('ban all the same; the ban is written when it is back', async () => {
    const client = from('192.0.2.3', app.anonymous);
    const codes: (string | undefined)[] = [];
    for (let at = 0; at < 10; at += 1)
      codes.push((await client.get<Problem>('/service/storage/v1/x')).body.code);
    expect(codes.slice(3, 7)).toEqual(Array.from({ length: 4 }, () => 'too_many_requests'));
    expect(codes.slice(7)).toEqual(Array.from({ length: 3 }, () => 'address_banned'));
    const listed = await app.client.get<Problem>('/service/operations/v1/bans');
    expect(listed.body.code).toBe('database_unavailable');

    proxy.restore();
    const bans = app.db.collection<{ _id: string }>('_BANS');
    await until(async () => (await bans.countDocuments({ _id: '192.0.2.3' })) === 1);
    expect((await knock(client)).body.code).toBe('address_banned');
  });
});
