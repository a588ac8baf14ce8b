import { randomBytes } from 'node:crypto';
import type { ApiClient, Problem } from '../support/api-client.js';
import { BEHIND_PROXY, from, knock, limitHeaders, statuses } from '../support/limited.js';
import { withPublishableKey } from '../support/publishable-key.js';
import { RawConnection } from '../support/raw-connection.js';
import { TestApp } from '../support/test-app.js';
import { makeKey, withKey } from '../support/test-project.js';
import { AUTH, TestUser } from '../support/test-user.js';
import { until } from '../support/until.js';

const COUNT = 10;

/** Applications on one database: one with limits, and one without, by which tests prepare what they need. */
async function pair(env: Record<string, string>) {
  const app = await TestApp.start({ env });
  const desk = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
  const stop = async () => {
    await desk.stop();
    await app.stop();
  };
  return { app, desk, stop };
}

describe('a limit by address is not passed (775h-3xrc-c228, #10234, #10214, #10266, #10496, vm5r-c87r-pf6x)', () => {
  let app: TestApp;
  let desk: TestApp;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    ({ app, desk, stop } = await pair({
      ...BEHIND_PROXY,
      CORS_ORIGINS: 'https://app.example',
      RATE_LIMIT_IP: `${COUNT}/1h`,
      RATE_LIMIT_PROJECT: '3/1h',
    }));
  });
  afterAll(() => stop());

  let last = 0;
  /** A client of an address of its own. */
  const somebody = (client = app.anonymous): ApiClient => from(`192.0.2.${(last += 1)}`, client);
  /** Sends more than there is room for, and expects exactly so many to pass. */
  const expectLimit = async (ask: (at: number) => Promise<{ status: number }>) => {
    let at = 0;
    const seen = await statuses(COUNT + 5, () => ask((at += 1)));
    expect(seen.map((status) => status === 429)).toEqual([
      ...Array.from({ length: COUNT }, () => false),
      ...Array.from({ length: 5 }, () => true),
    ]);
  };

  it('by what the client itself writes into X-Forwarded-For', async () => {
    await expectLimit((at) => knock(app.anonymous.with({ 'x-forwarded-for': `10.0.0.${at}, 203.0.113.1` })));
    await expectLimit((at) => knock(app.anonymous.with({ 'x-forwarded-for': `garbage ${at},203.0.113.2` })));
  });

  it('by other headers that name an address', async () => {
    const client = somebody();
    await expectLimit((at) => {
      const ip = `10.0.1.${at}`;
      const names = {
        forwarded: `for=${ip}`,
        'x-real-ip': ip,
        'x-client-ip': ip,
        'cf-connecting-ip': ip,
        'true-client-ip': ip,
      };
      return knock(client.with(names));
    });
  });

  it('by ports and spellings of one address', async () => {
    const spellings = ['203.0.113.3', '203.0.113.3:1', '::ffff:203.0.113.3', '[::ffff:cb00:7103]:9'];
    await expectLimit((at) => knock(from(spellings[at % 4], app.anonymous)));
  });

  it('by text that is no address: it counts for the proxy that passed it on', async () => {
    const proxied = await pair({ ...BEHIND_PROXY, RATE_LIMIT_IP: `${COUNT}/1h` });
    try {
      await expectLimit((at) => knock(from(`unknown-${at}`, proxied.app.anonymous)));
    } finally {
      await proxied.stop();
    }
  });

  it('by taking another address of one IPv6 network for each request', async () => {
    await expectLimit((at) => knock(from(`2001:db8:5:6:${at.toString(16)}::${at}`, app.anonymous)));
    expect((await knock(from('2001:db8:5:7::1', app.anonymous))).status).toBe(200);
  });

  it('by another key or token for each request, good or invented', async () => {
    const client = somebody();
    await expectLimit((at) =>
      knock(client.with({ 'x-api-key': `guess-${at}-${randomBytes(8).toString('hex')}` })),
    );
    const keys = await Promise.all(Array.from({ length: 5 }, () => makeKey(desk.client)));
    const other = from('203.0.113.4', app.anonymous);
    await expectLimit((at) => knock(other.with({ 'x-api-key': keys[at % 5].key })));
    const users = [await TestUser.create(desk), await TestUser.create(desk)];
    const third = from('203.0.113.5', app.anonymous);
    await expectLimit((at) => knock(third.as(users[at % 2].token)));
  });

  it('by methods, and headers that pretend another one', async () => {
    const client = somebody();
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
    await expectLimit((at) => client.fetch('/health', { method: methods[at % methods.length] }));
    const other = somebody();
    await expectLimit((at) =>
      other
        .with({ 'x-http-method-override': methods[at % methods.length], 'x-original-url': '/health/live' })
        .post('/health'),
    );
  });

  it('by paths that lead nowhere, or that cannot be read', async () => {
    const client = somebody();
    await expectLimit((at) => client.get(`/no/such/${at}`));
    const other = somebody();
    await expectLimit((at) => other.fetch(`/%zz/${at}`));
    const third = somebody();
    await expectLimit((at) => third.fetch(`/health/${'x'.repeat(2000)}${at}`));
    const fourth = somebody();
    await expectLimit(() => fourth.fetch('/health?__proto__[x]=1'));
  });

  it('by requests that are broken behind their head', async () => {
    const address = '203.0.113.6';
    const send = (head: string, body = '') =>
      RawConnection.exchange(app.url, `${head}\r\nX-Forwarded-For: ${address}\r\n\r\n${body}`);
    const json = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 4';
    const requests = [
      () => send(`POST /service/storage/v1/x HTTP/1.1\r\n${json}`, '{{{{'),
      () => send('GET /health HTTP/1.1'),
      () =>
        send(`POST /service/storage/v1/x HTTP/1.1\r\nHost: x\r\nContent-Type: a/b\r\nContent-Length: 1`, 'x'),
    ];
    await expectLimit((at) => requests[at % requests.length]());
  });

  it('by many at once: exactly so many pass', async () => {
    const client = somebody();
    const answers = await Promise.all(Array.from({ length: 10 * COUNT }, () => knock(client)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(COUNT);
  });

  it('by answers that are written past the framework', async () => {
    const client = somebody(desk.client).at(app.url);
    const headers = { 'tus-resumable': '1.0.0', 'upload-length': '5' };
    const upload = () => client.fetch('/service/archive/v1/resumable', { method: 'POST', headers });
    expect(limitHeaders(await upload()).limit).toBe(String(COUNT));
    expect(await statuses(COUNT + 1, upload)).toEqual([
      ...Array.from({ length: COUNT - 1 }, () => 201),
      429,
      429,
    ]);
  });

  it('of a service, by other spellings of its path: what reaches its handler is counted', async () => {
    const { key } = await makeKey(desk.client);
    const paths = [
      ...['/service/project/v1', '/service/project/v1/', '/service/%70roject/v1', '/service/project/v1?x=1'],
      ...[
        '/service/project/v1/default',
        '/service/project//v1',
        '//service/project/v1',
        '/service/PROJECT/v1',
      ],
      ...[
        '/service/storage/../project/v1',
        '/service/./project/v1',
        '/service/project/v1;x',
        '/service/project/v1#x',
      ],
    ];
    const seen: number[] = [];
    for (const [at, path] of paths.entries()) {
      const head = `GET ${path} HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\nX-Forwarded-For: 198.51.100.${at}`;
      seen.push((await RawConnection.exchange(app.url, `${head}\r\n\r\n`)).status);
    }
    expect(seen.filter((status) => status === 200)).toHaveLength(3);
    expect(seen.filter((status) => ![200, 404, 429].includes(status))).toEqual([]);
  });

  it('and a page can read why it is refused, and how long it has to wait', async () => {
    const page = somebody().with({ origin: 'https://app.example' });
    const refused = (await Promise.all(Array.from({ length: COUNT + 1 }, () => knock(page)))).find(
      ({ status }) => status === 429,
    );
    expect(refused?.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const exposed = refused?.headers.get('access-control-expose-headers') ?? '';
    for (const name of [
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'RateLimit-Policy',
      'Retry-After',
    ])
      expect(exposed).toContain(name);
    const preflight = await page
      .with({ 'access-control-request-method': 'GET' })
      .fetch('/health', { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
  });
});

describe('guessing of credentials from one address', () => {
  const GUESSES = 4;
  let app: TestApp;
  let desk: TestApp;
  let stop: () => Promise<void>;
  let page: ApiClient;
  beforeAll(async () => {
    ({ app, desk, stop } = await pair({ ...BEHIND_PROXY, RATE_LIMIT_AUTH: `${GUESSES}/1h` }));
    page = (await withPublishableKey(desk)).at(app.url);
  });
  afterAll(() => stop());

  let last = 0;
  const somebody = (client = app.anonymous): ApiClient => from(`192.0.2.${(last += 1)}`, client);
  const wrong: [string, (client: ApiClient, at: number) => Promise<{ status: number }>][] = [
    ['API keys', (client, at) => client.with({ 'x-api-key': `guess ${at}` }).get('/service/storage/v1/x')],
    ['user tokens', (client, at) => client.as(`guess.${at}.x`).get(`${AUTH}/sessions`)],
    [
      'passwords',
      (client, at) =>
        client.post(`${AUTH}/signin`, { _key: `user${at}@example.com`, _password: 'a wrong guess' }),
    ],
    [
      'refresh tokens',
      (client, at) => client.post(`${AUTH}/token`, { refresh_token: `${'0'.repeat(24)}.${at}` }),
    ],
  ];

  it.each(wrong)('%s: is heard so often, then everything is refused unseen', async (_what, guess) => {
    const client = somebody(page);
    const seen = [];
    for (let at = 0; at < GUESSES + 3; at += 1) seen.push((await guess(client, at)).status);
    expect(seen).toEqual([...Array.from({ length: GUESSES }, () => 401), 429, 429, 429]);
    // Also what is right: otherwise the answer would tell which guess it was.
    const { key, password } = await TestUser.create(desk);
    expect((await client.post(`${AUTH}/signin`, { _key: key, _password: password })).status).toBe(429);
    expect((await from(`192.0.2.${last}`, app.client).get('/service/storage/v1/x')).status).toBe(429);
    // The others go on, and so does what needs no credential.
    expect((await knock(from(`192.0.2.${last}`, app.anonymous))).status).toBe(200);
    expect((await somebody(page).get('/health')).status).toBe(200);
  });

  it('sent all at once, is heard no more often', async () => {
    for (const [, guess] of wrong) {
      const client = somebody(page);
      const answers = await Promise.all(Array.from({ length: 10 * GUESSES }, (_, at) => guess(client, at)));
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(GUESSES);
    }
  });

  it('does not count those who are right, however often', async () => {
    const client = somebody(page);
    const { key, password } = await TestUser.create(desk);
    const signIn = () => client.post<{ token: string }>(`${AUTH}/signin`, { _key: key, _password: password });
    expect(await statuses(3 * GUESSES, signIn)).toEqual(Array.from({ length: 3 * GUESSES }, () => 200));
    const { token } = (await signIn()).body;
    expect(await statuses(3 * GUESSES, () => client.as(token).get(`${AUTH}/sessions`))).not.toContain(429);
  });

  it('does not count what only lacks a credential', async () => {
    const client = somebody();
    expect(await statuses(3 * GUESSES, () => client.get('/service/storage/v1/x'))).not.toContain(429);
  });
});

describe('a ban', () => {
  let app: TestApp;
  let desk: TestApp;
  let stop: () => Promise<void>;
  const BANS = '/service/operations/v1/bans';
  beforeAll(async () => {
    ({ app, desk, stop } = await pair({ ...BEHIND_PROXY, RATE_LIMIT_IP: '2/1h', RATE_LIMIT_BAN: '3/1h/1h' }));
  });
  afterAll(() => stop());

  /** Calls until the address is banned. */
  const provoke = async (address: string) => {
    const codes = [];
    for (let at = 0; at < 6; at += 1) codes.push((await knock(from(address, app.anonymous))).body.code);
    expect(codes.slice(2)).toEqual([
      'too_many_requests',
      'too_many_requests',
      'address_banned',
      'address_banned',
    ]);
  };

  it('holds for everything that comes from the address, with whatever key', async () => {
    await provoke('192.0.2.1');
    for (const client of [app.client, app.anonymous, withKey(app, await makeKey(desk.client))]) {
      const { status, body, headers } = await from('192.0.2.1', client).get<Problem>('/service/storage/v1/x');
      expect({ status, code: body.code }).toEqual({ status: 429, code: 'address_banned' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(3000);
    }
    expect((await knock(from('192.0.2.2', app.anonymous))).status).toBe(200);
    expect((await from('192.0.2.1', app.anonymous).get('/health/live')).status).toBe(200);
  });

  it('does not lock the operator out, who sees and lifts it from the banned address itself', async () => {
    await provoke('192.0.2.3');
    const operator = from('192.0.2.3', app.client);
    const { body } = await operator.get<{ address: string; banned_at: string; expires_at: string }[]>(BANS);
    const ban = body.find(({ address }) => address === '192.0.2.3');
    expect(ban).toMatchObject({ violations: 3, seconds: 3600 });
    expect(Date.parse(ban?.expires_at ?? '') - Date.parse(ban?.banned_at ?? '')).toBe(3_600_000);
    expect((await operator.delete(`${BANS}/192.0.2.3`)).body).toEqual({ address: '192.0.2.3', lifted: true });
    expect((await knock(from('192.0.2.3', app.anonymous))).body.code).toBe('too_many_requests');
    expect((await operator.delete(`${BANS}/192.0.2.3`)).status).toBe(404);
  });

  it('is of a whole IPv6 network, and is lifted by any address of it', async () => {
    await provoke('2001:db8:1:2::1');
    expect((await knock(from('2001:db8:1:2:ffff::9', app.anonymous))).body.code).toBe('address_banned');
    const listed = await app.client
      .with({ 'x-forwarded-for': '198.51.100.1' })
      .get<{ address: string }[]>(BANS);
    expect(listed.body.map(({ address }) => address)).toContain('2001:db8:1:2::/64');
    expect((await app.client.delete(`${BANS}/2001:DB8:1:2::77`)).status).toBe(200);
    await provoke('2001:db8:3:4::1');
    expect((await app.client.delete(`${BANS}/${encodeURIComponent('2001:db8:3:4::/64')}`)).status).toBe(200);
  });

  it('is for the root key alone to see and to lift', async () => {
    const secret = withKey(desk, await makeKey(desk.client));
    expect((await secret.get(BANS)).status).toBe(403);
    expect((await secret.delete(`${BANS}/192.0.2.1`)).status).toBe(403);
    expect((await desk.anonymous.get(BANS)).status).toBe(401);
    for (const text of ['nobody', '1.2.3', '%24ne', '10.0.0.0%2F8'])
      expect((await desk.client.delete(`${BANS}/${text}`)).status).toBe(400);
  });

  it('outlives the process, and stands in the audit trail', async () => {
    await provoke('192.0.2.9');
    await until(
      async () => (await app.db.collection('_BANS').countDocuments({ _id: '192.0.2.9' as never })) === 1,
    );
    const later = await TestApp.start({
      env: { ...BEHIND_PROXY, RATE_LIMIT_BAN: '3/1h/1h', MONGODB_DATABASE: app.databaseName },
    });
    try {
      expect((await knock(from('192.0.2.9', later.anonymous))).body.code).toBe('address_banned');
      const operator = from('198.51.100.9', later.client);
      expect((await operator.delete(`${BANS}/192.0.2.9`)).status).toBe(200);
      // The other instance, with which this one shares no Redis, reads of it.
      await until(async () => (await knock(from('192.0.2.9', app.anonymous))).body.code !== 'address_banned');
    } finally {
      await later.nest.close();
    }
    const trail = await app.client.get<{ entries: { what: string; ip: string }[] }>(
      '/service/operations/v1/audit',
      {
        on: 'ban:192.0.2.9',
      },
    );
    expect(trail.body.entries.map(({ what, ip }) => [what, ip])).toEqual([
      ['ban.lifted', '198.51.100.9'],
      ['ban.added', '192.0.2.9'],
    ]);
  });
});
