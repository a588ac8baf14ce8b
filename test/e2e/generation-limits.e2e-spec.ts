import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, Problem } from '../support/api-client.js';
import * as gemini from '../support/gemini/gemini-replies.js';
import { ask, GENERATION, GenerationApp } from '../support/provider/generation-app.js';
import { hangUp } from '../support/provider/http-stand-in.js';
import { TEST_SECRET, TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const CONVERSE = `${GENERATION}/converse`;
const LIMITS = `${GENERATION}/limits`;

interface LimitState {
  scope: string;
  id: string;
  used: { requests: number; tokens: number; cost: number };
}

describe('limits', () => {
  let api: GenerationApp;
  let user: TestUser;
  beforeAll(async () => {
    api = await GenerationApp.start({ env: { GENERATION_RETRIES: '0' } });
  });
  afterAll(() => api?.stop());
  beforeEach(async () => {
    api.forget();
    user = await TestUser.create(api.app);
  });
  afterEach(() => api.app.db.collection('_GENERATION_LIMITS').deleteMany({}));

  const put = (limit: object, scope = 'user', id = user.id) =>
    api.app.client.send<LimitState>('PUT', LIMITS, { scope, id, period: 'day', ...limit });
  const converse = (client: ApiClient = user.client, maxOutputTokens?: number) =>
    client.post<Problem>(CONVERSE, {
      ...ask('one two'),
      ...(maxOutputTokens ? { generationConfig: { maxOutputTokens } } : {}),
    });
  const used = async () =>
    (await user.client.get<LimitState[]>(LIMITS)).body.find(({ id }) => id === user.id)?.used;

  it('end with 429 before the provider is called', async () => {
    expect(await put({ requests: 2 })).toMatchObject({
      status: 200,
      body: {
        scope: 'user',
        id: user.id,
        period: 'day',
        requests: 2,
        used: { requests: 0, tokens: 0, cost: 0 },
      },
    });
    for (let call = 0; call < 2; call += 1) expect((await converse()).status).toBe(200);
    const third = await converse();
    expect(third).toMatchObject({ status: 429, body: { code: 'quota_exceeded', limit: { scope: 'user' } } });
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await user.client.post(`${CONVERSE}/stream`, ask('x'))).status).toBe(429);
    expect((await user.client.post(`${GENERATION}/embed`, { contents: 'x' })).status).toBe(429);
    expect(api.gemini.requests).toHaveLength(2);
    // Others go on.
    expect((await converse(api.app.client)).status).toBe(200);
  });

  it.each([
    ['requests', { requests: 3 }],
    ['tokens', { tokens: 3 * 110 }],
    ['cost', { cost: 3 * 0.00026 }],
  ])('let no more %s pass when calls race', async (_what, limit) => {
    await put(limit);
    api.gemini.always(async (request, response) => {
      await sleep(150);
      await gemini.echo(request, response);
    });
    const answers = await Promise.all(Array.from({ length: 12 }, () => converse(user.client, 100)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    expect(answers.filter(({ body }) => body.code === 'quota_exceeded')).toHaveLength(9);
    expect(api.gemini.requests).toHaveLength(3);
    expect(await used()).toMatchObject({ requests: 3, tokens: 3 * (2 + 4) });
  });

  it('hold what a call may use, and give back what it did not', async () => {
    await put({ tokens: 120 });
    expect((await converse(user.client, 500)).status).toBe(429);
    for (let call = 0; call < 4; call += 1) expect((await converse(user.client, 60)).status).toBe(200);
    expect(await used()).toMatchObject({ requests: 4, tokens: 24 });
    api.gemini.next(hangUp);
    expect((await converse(user.client, 60)).status).toBe(503);
    expect(await used()).toMatchObject({ requests: 4, tokens: 24 });
  });

  it('let a call without a bound use what is left, one at a time', async () => {
    await put({ tokens: 100 });
    api.gemini.always(async (request, response) => {
      await sleep(100);
      await gemini.echo(request, response);
    });
    const answers = await Promise.all([converse(), converse()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429]);
    expect((await converse()).status).toBe(200);
  });

  it('count a cancelled call', async () => {
    await put({ tokens: 1000 });
    api.gemini.next(gemini.stallAfter('one '));
    const abort = new AbortController();
    const answer = await fetch(`${api.app.url}${CONVERSE}/stream`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': TEST_SECRET,
        authorization: `Bearer ${user.token}`,
      },
      body: JSON.stringify(ask('one two')),
      signal: abort.signal,
    });
    expect(answer.status).toBe(200);
    expect((await used())?.tokens).toBe(1000);
    abort.abort();
    while ((await used())?.tokens === 1000) await sleep(10);
    expect((await used())?.tokens).toBeGreaterThanOrEqual(2);
  });

  it('count what was used before they were set, and stay when they change', async () => {
    await converse();
    expect((await put({ requests: 2, tokens: 1000 })).body.used).toMatchObject({ requests: 1, tokens: 6 });
    await converse();
    expect((await converse()).status).toBe(429);
    expect((await put({ requests: 3 })).body).toMatchObject({ requests: 3, used: { requests: 2 } });
    expect((await put({ requests: 3 })).body).not.toHaveProperty('tokens');
    expect((await converse()).status).toBe(200);
  });

  it('are whole again in a new day', async () => {
    await put({ requests: 1 });
    await converse();
    expect((await converse()).status).toBe(429);
    await api.app.db
      .collection<{ _id: string }>('_GENERATION_LIMITS')
      .updateOne({ _id: `user:day:${user.id}` }, { $set: { window: '2020-01-01' } });
    expect(await used()).toMatchObject({ requests: 0 });
    expect((await converse()).status).toBe(200);
    expect((await converse()).status).toBe(429);
  });

  it('hold for keys and the project as well, all at once', async () => {
    await api.app.db.collection('_USAGE').deleteMany({});
    await put({ requests: 1 }, 'key', 'root');
    await put({ requests: 5 }, 'project', 'default');
    expect((await converse(api.app.client)).status).toBe(200);
    expect((await converse(api.app.client)).body).toMatchObject({ limit: { scope: 'key' } });
    const limits = (await api.app.client.get<LimitState[]>(LIMITS)).body;
    // What one limit refused, the others have given back.
    expect(limits.map(({ scope, used: { requests } }) => [scope, requests])).toEqual([
      ['key', 1],
      ['project', expect.any(Number) as number],
    ]);
    expect((await api.app.client.delete(`${LIMITS}/key/root/day`)).body).toEqual({ deleted: 1 });
    expect((await api.app.client.delete(`${LIMITS}/key/root/day`)).status).toBe(404);
    expect((await converse(api.app.client)).status).toBe(200);
  });

  it('hold on every instance', async () => {
    const other = await TestApp.start({
      env: {
        MONGODB_DATABASE: api.app.databaseName,
        GENERATION_KEY: 'server-gemini-key',
        GENERATION_BASE_URL: api.gemini.url,
      },
    });
    try {
      await put({ requests: 3 });
      const clients = [user.client, other.client.as(user.token)];
      const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => converse(clients[at % 2], 10)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    } finally {
      await other.nest.close();
    }
  });

  it.each([
    [{}, '/requests'],
    [{ requests: -1 }, '/requests'],
    [{ tokens: 1.5 }, '/tokens'],
    [{ cost: 'free' }, '/cost'],
    [{ requests: 1, period: 'year' }, '/period'],
    [{ requests: 1, scope: 'world' }, '/scope'],
    [{ requests: 1, scope: 'project', id: 'another' }, '/id'],
    [{ requests: 1, id: { $ne: '' } }, '/id'],
  ])('are refused as %j', async (limit, field) => {
    const { status, body } = await put(limit);
    expect(status).toBe(400);
    expect((body as unknown as Problem).errors).toContainEqual(expect.objectContaining({ field }));
  });
});
