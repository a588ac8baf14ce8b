import type { Problem } from '../support/api-client.js';
import { BEHIND_PROXY, from, knock, limitHeaders, statuses } from '../support/limited.js';
import { STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { makeKey, withKey } from '../support/test-project.js';
import { TestUser } from '../support/test-user.js';

/** Applications on one database: one with limits, and one without, by which tests prepare what they need. */
async function start(
  env: Record<string, string>,
): Promise<{ app: TestApp; desk: TestApp; stop: () => Promise<void> }> {
  const app = await TestApp.start({ env: { ...BEHIND_PROXY, ...env } });
  const desk = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
  return {
    ...{ app, desk },
    stop: async () => {
      await desk.stop();
      await app.stop();
    },
  };
}

const NONE = {
  limit: undefined,
  remaining: undefined,
  reset: undefined,
  policy: undefined,
  retryAfter: undefined,
};

describe('limits that the operator has set', () => {
  let app: TestApp;
  let desk: TestApp;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ app, desk, stop } = await start({
      RATE_LIMIT_IP: '5/60',
      RATE_LIMIT_USER: '4/60',
      RATE_LIMIT_KEY: '1000/1h',
      RATE_LIMIT_ARCHIVE: '2/60',
    }));
  });
  afterAll(() => stop());

  it('are counted by address, and told in every answer', async () => {
    const client = from('192.0.2.1', app.anonymous);
    const first = await knock(client);
    expect(first.status).toBe(200);
    expect(limitHeaders(first)).toEqual({
      ...{ limit: '5', remaining: '4', reset: '60', policy: '5;w=60;name="ip"' },
      retryAfter: undefined,
    });
    expect(await statuses(4, () => knock(client))).toEqual([200, 200, 200, 200]);
    const refused = await knock(client);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'too_many_requests', status: 429 });
    const { remaining, reset, retryAfter } = limitHeaders(refused);
    expect({ remaining, reset }).toEqual({ remaining: '0', reset: retryAfter });
    expect(Number(retryAfter)).toBeGreaterThan(0);
    expect(Number(retryAfter)).toBeLessThanOrEqual(60);
    expect(refused.body.detail).toContain(`${retryAfter} seconds`);
    expect((await knock(from('192.0.2.2', app.anonymous))).status).toBe(200);
  });

  it('hold for every key, the root key included', async () => {
    const client = from('192.0.2.3', app.client);
    const seen = await statuses(7, () => client.get(`${STORAGE}/things`));
    expect(seen).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });

  it('leave the way open by which the root key looks after them', async () => {
    const client = from('192.0.2.4', app.client);
    await statuses(7, () => knock(client));
    expect((await knock(client)).status).toBe(429);
    const answer = await client.get('/service/operations/v1/bans');
    expect(answer.status).toBe(200);
    expect(limitHeaders(answer)).toEqual(NONE);
    // Nobody else has that way.
    const secret = withKey(app, await makeKey(desk.client, { type: 'secret' })).with({
      'x-forwarded-for': '192.0.2.4',
    });
    expect((await secret.get('/service/operations/v1/bans')).status).toBe(429);
  });

  it('do not hold for probes, so that nobody restarts a server that is busy', async () => {
    const client = from('192.0.2.5', app.anonymous);
    await statuses(6, () => knock(client));
    for (const path of ['/health/live', '/health/ready']) {
      const answer = await client.get(path);
      expect(answer.status).toBe(200);
      expect(limitHeaders(answer)).toEqual(NONE);
    }
  });

  it('are counted by user, from wherever one calls', async () => {
    const ada = await TestUser.create(desk);
    const eve = await TestUser.create(desk);
    const page = (await withPublishableKey(desk)).at(app.url);
    const me = (user: TestUser, address: string) =>
      from(address, page.as(user.token)).get<Problem>('/health');
    const answers = [];
    for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4', '198.51.100.5'])
      answers.push(await me(ada, address));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429]);
    expect(limitHeaders(answers[1])).toMatchObject({
      limit: '4',
      remaining: '2',
      policy: '5;w=60;name="ip", 4;w=60;name="user", 1000;w=3600;name="key"',
    });
    expect(answers[4].body.detail).toContain('user');
    expect((await me(eve, '198.51.100.5')).status).toBe(200);
  });

  it('of a service are counted by key, and by address without one', async () => {
    const ask = (address: string, client = app.anonymous) =>
      from(address, client).get<Problem>('/service/archive/v1');
    expect(await statuses(3, () => ask('198.51.100.20'))).toEqual([401, 401, 429]);
    expect((await ask('198.51.100.21')).status).toBe(401);
    const [one, other] = [await makeKey(desk.client), await makeKey(desk.client)].map((key) =>
      withKey(app, key),
    );
    expect([(await ask('198.51.100.22', one)).status, (await ask('198.51.100.23', one)).status]).toEqual([
      200, 200,
    ]);
    const refused = await ask('198.51.100.24', one);
    expect(refused.status).toBe(429);
    expect(refused.body.detail).toContain('archive');
    expect((await ask('198.51.100.24', other)).status).toBe(200);
    expect((await from('198.51.100.24', one).get(`${STORAGE}/things`)).status).toBe(200);
  });

  it('cost nothing where they refuse: a refused request does not fill the other windows', async () => {
    const key = withKey(app, await makeKey(desk.client));
    const ask = (address: string) => from(address, key).get<Problem>('/service/archive/v1');
    await statuses(2, () => ask('198.51.100.40'));
    expect(await statuses(3, () => ask('198.51.100.41'))).toEqual([429, 429, 429]);
    expect(limitHeaders(await knock(from('198.51.100.41', app.anonymous))).remaining).toBe('4');
  });

  it('show in the metrics, with few labels', async () => {
    await statuses(6, () => knock(from('198.51.100.50', app.anonymous)));
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).toMatch(/^coglex_rate_limited_total\{limit="ip"\} \d+$/m);
    expect(text).toMatch(/^coglex_bans 0$/m);
    expect(text).toMatch(/^coglex_limiter_local 0$/m);
    expect(text).not.toContain('198.51.100');
  });
});

describe('a limit of keys', () => {
  let app: TestApp;
  let desk: TestApp;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ app, desk, stop } = await start({ RATE_LIMIT_KEY: '6/60' }));
  });
  afterAll(() => stop());

  it('holds for each key by itself, from wherever it is sent', async () => {
    const keys = [await makeKey(desk.client), await makeKey(desk.client, { type: 'publishable' })];
    for (const key of keys) {
      const client = withKey(app, key);
      let at = 0;
      const seen = await statuses(7, () => knock(from(`192.0.2.${(at += 1)}`, client)));
      expect(seen).toEqual([200, 200, 200, 200, 200, 200, 429]);
    }
  });

  it('is not spent by whoever only knows the id of a key', async () => {
    const { key } = await makeKey(desk.client);
    const forged = key.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
    await statuses(8, () => withKey(app, { key: forged }).get(`${STORAGE}/things`));
    expect((await withKey(app, { key }).get(`${STORAGE}/things`)).status).toBe(200);
  });

  it('says nothing to those who send none', async () => {
    expect(limitHeaders(await knock(app.anonymous))).toEqual(NONE);
  });
});

describe('limits as they are by default', () => {
  let app: TestApp;
  beforeAll(async () => {
    const env = { RATE_LIMIT_IP: '', RATE_LIMIT_USER: '', RATE_LIMIT_AUTH: '', RATE_LIMIT_BAN: '' };
    app = await TestApp.start({ env: { ...BEHIND_PROXY, ...env } });
  });
  afterAll(() => app.stop());

  it('let a fresh installation be used: secret keys are neither counted nor banned', async () => {
    const anonymous = from('192.0.2.1', app.anonymous);
    const ask = () => anonymous.get<Problem>('/no/such');
    let served = 0;
    let refused = 0;
    for (;;) {
      const { status, body } = await ask();
      if (body.code === 'address_banned') break;
      if (status === 429) refused += 1;
      else served += 1;
    }
    expect({ served, refused }).toEqual({ served: 1000, refused: 199 });
    const secret = await makeKey(app.client);
    for (const client of [app.client, withKey(app, secret)]) {
      const answer = await from('192.0.2.1', client).get(`${STORAGE}/things`);
      expect(answer.status).toBe(200);
      expect(limitHeaders(answer)).toEqual(NONE);
    }
    const page = from('192.0.2.1', await withPublishableKey(app));
    expect((await page.get<Problem>(`${STORAGE}/things`)).body.code).toBe('address_banned');
    expect((await from('192.0.2.2', app.anonymous).get('/no/such')).status).toBe(404);
  });

  it('count publishable keys and what their pages do for their users', async () => {
    const { token } = await TestUser.create(app);
    const page = from('192.0.2.9', await withPublishableKey(app));
    expect(limitHeaders(await page.as(token).get('/health')).policy).toBe(
      '1000;w=60;name="ip", 1000;w=60;name="user"',
    );
  });
});
