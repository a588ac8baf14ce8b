import type { ApiClient, Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { KEY, makeKey, TestProject, withKey } from '../support/test-project.js';

const SHOP = 'https://shop.example.com';
const BLOG = 'https://blog.example.com';
const EVIL = 'https://evil.example';
const THINGS = '/service/storage/v1/things';

describe('origins of keys', () => {
  let app: TestApp;
  const start = async (CORS_ORIGINS = '') => {
    app = await TestApp.start({ env: { CORS_ORIGINS } });
  };
  afterEach(() => app.stop());

  const preflight = (origin: string, of = app) =>
    of.anonymous
      .with({
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'x-api-key, content-type',
      })
      .send('OPTIONS', `${THINGS}/1`);
  const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin');
  const from = (origin: string, client: ApiClient) => client.with({ origin });

  it('leave CORS closed while there are none', async () => {
    await start();
    await makeKey(app.client);
    for (const answer of [await preflight(SHOP), await from(SHOP, app.client).get(THINGS)]) {
      const names = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
      expect(names).toEqual([]);
    }
    expect((await preflight(SHOP)).status).toBe(404);
  });

  it('answer preflights, of any project, without cookies', async () => {
    await start();
    const moon = await TestProject.create(app);
    await makeKey(moon.client, { type: 'publishable', origins: [SHOP, 'http://localhost:3000'] });
    for (const origin of [SHOP, 'http://localhost:3000']) {
      const { status, headers } = await preflight(origin);
      expect(status).toBe(204);
      expect(Object.fromEntries(headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': expect.stringContaining('PATCH') as string,
        'access-control-allow-headers': expect.stringContaining('X-API-Key') as string,
        vary: expect.stringMatching(/\bOrigin\b/) as string,
      });
      expect(headers.get('access-control-allow-credentials')).toBeNull();
    }
    for (const origin of [EVIL, 'null', `${SHOP}:8443`, `${SHOP}.evil.example`, SHOP.toUpperCase()])
      expect(allowed(await preflight(origin))).toBeNull();
  });

  it('refuse a page that the key does not name, though another key or the settings name it', async () => {
    await start(BLOG);
    const shop = withKey(app, await makeKey(app.client, { origins: [SHOP] }));
    await makeKey(app.client, { origins: ['https://other.example'] });
    expect((await from(SHOP, shop).get(THINGS)).status).toBe(200);
    expect((await shop.get(THINGS)).status).toBe(200);
    for (const origin of [BLOG, 'https://other.example', EVIL, 'null', '']) {
      const answer = await from(origin, shop).get<Problem>(THINGS);
      expect(answer.body).toMatchObject({ status: 403, code: 'key_not_allowed' });
    }
    // A page that may call at all may read why it was refused.
    expect(allowed(await from(BLOG, shop).get(THINGS))).toBe(BLOG);
    expect(allowed(await from(EVIL, shop).get(THINGS))).toBeNull();
  });

  it('keep cookies for the origins of the settings', async () => {
    await start(BLOG);
    await makeKey(app.client, { origins: [SHOP, BLOG] });
    const credentials = async (origin: string) =>
      (await preflight(origin)).headers.get('access-control-allow-credentials');
    expect([await credentials(BLOG), await credentials(SHOP)]).toEqual(['true', null]);
  });

  it('may be any, never with cookies', async () => {
    await start();
    const any = withKey(app, await makeKey(app.client, { origins: ['*'] }));
    const { headers } = await preflight(EVIL);
    expect(headers.get('access-control-allow-origin')).toBe(EVIL);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect((await from(EVIL, any).get(THINGS)).status).toBe(200);
  });

  it('end with their keys', async () => {
    await start();
    const key = await makeKey(app.client, { origins: [SHOP] });
    const expiring = await makeKey(app.client, { origins: [BLOG] });
    expect([allowed(await preflight(SHOP)), allowed(await preflight(BLOG))]).toEqual([SHOP, BLOG]);
    await app.client.delete(`${KEY}/${key.id}`);
    await app.db
      .collection<{ _id: string }>('_KEYS')
      .updateOne({ _id: expiring.id }, { $set: { expires_at: new Date() } });
    while (allowed(await preflight(SHOP)) !== null || allowed(await preflight(BLOG)) !== null);
  });

  it('are known to every instance', async () => {
    await start();
    const other = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    try {
      expect(allowed(await preflight(SHOP, other))).toBeNull();
      await makeKey(app.client, { origins: [SHOP] });
      while (allowed(await preflight(SHOP, other)) !== SHOP);
    } finally {
      await other.stop();
    }
  });
});
