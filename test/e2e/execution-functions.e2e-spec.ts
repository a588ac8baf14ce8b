import { EXECUTION, storeFunction, type Outcome } from '../support/execution.js';
import type { ApiClient, Problem } from '../support/api-client.js';
import { withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const FUNCTIONS = `${EXECUTION}/functions`;

describe('execution: stored functions', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  const put = <T = Problem>(name: string, body: Record<string, unknown>) =>
    app.client.send<T>('PUT', `${FUNCTIONS}/${name}`, body);

  it('are stored with defaults, shown, listed and deleted', async () => {
    const code = 'def main(a, b): return a + b';
    const stored = await put<object>('add', { code });
    expect(stored.status).toBe(200);
    const whole = {
      name: 'add',
      version: 1,
      code,
      language: 'python',
      parameters: null,
      returns: null,
      timeout: 10_000,
      memory: 128,
      access: 'secret',
      grants: { collections: [], files: false, fetch: [], secrets: [], functions: [] },
      schedules: [],
      triggers: [],
      created: expect.any(String) as string,
      updated: expect.any(String) as string,
    };
    expect(stored.body).toEqual(whole);
    expect((await app.client.get(`${FUNCTIONS}/add`)).body).toEqual(whole);
    const { code: _code, ...summary } = whole;
    expect((await app.client.get(FUNCTIONS)).body).toContainEqual(summary);
    const sum = await app.client.post<Outcome>(`${FUNCTIONS}/add/invoke`, { parameters: { a: 1, b: 2 } });
    expect(sum).toMatchObject({ status: 200, body: { result: 3, error: null } });
    expect((await app.client.delete(`${FUNCTIONS}/add`)).body).toEqual({ deleted: 1 });
    for (const call of [
      app.client.get<Problem>(`${FUNCTIONS}/add`),
      app.client.delete<Problem>(`${FUNCTIONS}/add`),
      app.client.get<Problem>(`${FUNCTIONS}/add/versions`),
      app.client.post<Problem>(`${FUNCTIONS}/add/invoke`, {}),
      app.client.post<Problem>(`${FUNCTIONS}/add/rollback`, { version: 1 }),
    ])
      expect((await call).body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('have versions, and go back to one', async () => {
    for (const result of [1, 2, 3]) await put('steps', { code: `${result}`, language: 'javascript' });
    await app.client.post(`${FUNCTIONS}/steps/rollback`, { version: 1 });
    const { body } = await app.client.get<{ version: number; code: string }[]>(`${FUNCTIONS}/steps/versions`);
    expect(body.map(({ version, code }) => [version, code])).toEqual([
      [4, '1'],
      [3, '3'],
      [2, '2'],
      [1, '1'],
    ]);
    expect((await app.client.post<Outcome>(`${FUNCTIONS}/steps/invoke`, {})).body.result).toBe(1);
    const unknown = await app.client.post<Problem>(`${FUNCTIONS}/steps/rollback`, { version: 9 });
    expect(unknown.body.code).toBe('not_found');
  });

  it('are stored by several at once, each as a version of its own', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, at) => put<{ version: number }>('race', { code: `${at}` })),
    );
    expect(answers.map(({ body }) => body.version).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['name', { code: '1' }, '1name'],
    ['name', { code: '1' }, '__proto__'],
    ['name', { code: '1' }, 'a'.repeat(65)],
    ['code', {}],
    ['language', { code: '1', language: 'php' }],
    ['timeout', { code: '1', timeout: 60_001 }],
    ['memory', { code: '1', memory: 257 }],
    ['access', { code: '1', access: 'everybody' }],
    ['parameters', { code: '1', parameters: { type: 'nothing' } }],
    ['returns', { code: '1', returns: { pattern: '(' } }],
    ['schedules/0/cron', { code: '1', schedules: [{ cron: 'never' }] }],
    ['schedules/0/cron', { code: '1', schedules: [{ cron: '@daily' }] }],
    ['schedules/0/cron', { code: '1', schedules: [{ cron: '99 * * * *' }] }],
    ['triggers/0/event', { code: '1', triggers: [{ event: '*' }] }],
    ['triggers', { code: '1', triggers: [[]] }],
    ['schedules', { code: '1', schedules: [[]] }],
    ['grants/collections/0/name', { code: '1', grants: { collections: [{ name: '_USERS' }] } }],
    [
      'grants/collections/0/actions',
      { code: '1', grants: { collections: [{ name: 'a', actions: ['drop'] }] } },
    ],
    ['grants/collections/0/as', { code: '1', grants: { collections: [{ name: 'a', as: 'root' }] } }],
    ['grants/files', { code: '1', grants: { files: 'all' } }],
    ['grants/fetch', { code: '1', grants: { fetch: ['https://example.com'] } }],
    ['grants/fetch', { code: '1', grants: { fetch: ['*'] } }],
    ['grants/secrets', { code: '1', grants: { secrets: ['a b'] } }],
    ['grants/network', { code: '1', grants: { network: true } }],
  ])('with a bad %s are refused: %j', async (field, body, name = 'bad') => {
    const answer = await put(name, body);
    expect(answer.body).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(answer.body.errors?.[0].field).toBe(`/${field}`);
  });

  it('check what they are given, and what they give', async () => {
    const invoke = await storeFunction(app.client, 'checked', {
      code: 'main = ({ n }) => n',
      language: 'javascript',
      parameters: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
      returns: { type: 'number', maximum: 10 },
    });
    expect((await invoke({ n: 4 })).body).toMatchObject({ result: 4, error: null });
    expect((await invoke({ n: 'x' })).body).toMatchObject({
      status: 400,
      errors: [{ field: '/parameters/n' }],
    });
    expect((await invoke({})).body).toMatchObject({ status: 400, errors: [{ field: '/parameters/n' }] });
    expect((await invoke({ n: 11 })).body).toMatchObject({ result: null, error: { type: 'ResultError' } });
  });

  describe('are invoked by those who may', () => {
    const clients: Record<string, ApiClient> = {};
    beforeAll(async () => {
      const user = await TestUser.create(app);
      clients.secret = app.client;
      clients.public = await withPublishableKey(app);
      clients.user = clients.public.as(user.token);
      for (const access of ['secret', 'user', 'public'])
        await put(`for-${access}`, { code: 'console.log("seen"); 1', language: 'javascript', access });
    });

    it.each([
      ['secret', 'secret', 200],
      ['secret', 'user', 404],
      ['secret', 'public', 404],
      ['user', 'secret', 200],
      ['user', 'user', 200],
      ['user', 'public', 401],
      ['public', 'secret', 200],
      ['public', 'user', 200],
      ['public', 'public', 200],
    ])('one for %s, by %s: %i', async (access, client, status) => {
      const answer = await clients[client].post<Outcome>(`${FUNCTIONS}/for-${access}/invoke`, {});
      expect(answer.status).toBe(status);
      if (status === 200) expect(answer.body.stdout).toBe(client === 'secret' ? 'seen\n' : '');
    });

    it('and changed by secret keys alone', async () => {
      for (const client of [clients.user, clients.public]) {
        const path = `${FUNCTIONS}/for-public`;
        expect((await client.get(path)).status).toBe(403);
        expect((await client.send('PUT', path, { code: '1' })).status).toBe(403);
        expect((await client.delete(path)).status).toBe(403);
        expect((await client.post(`${EXECUTION}/execute`, { code: '1' })).status).toBe(403);
        expect((await client.send('PUT', `${EXECUTION}/secrets/A`, { value: 'x' })).status).toBe(403);
      }
    });
  });

  it('are metered', async () => {
    const before = await app.client.get<{ runs: number; cpu_ms: number }>(`${EXECUTION}/usage`);
    await app.client.post(`${EXECUTION}/execute`, { code: 'sum(range(1000000))' });
    const after = await app.client.get<{ runs: number; cpu_ms: number }>(`${EXECUTION}/usage`);
    expect(Object.keys(after.body).sort()).toEqual(['cpu_ms', 'memory', 'runs']);
    expect(after.body.runs).toBe(before.body.runs + 1);
    expect(after.body.cpu_ms).toBeGreaterThan(before.body.cpu_ms);
    const none = await app.client.get(`${EXECUTION}/usage`, { from: '2000-01-01', to: '2000-01-02' });
    expect(none.body).toEqual({ runs: 0, cpu_ms: 0, memory: 0 });
    expect((await app.client.get(`${EXECUTION}/usage`, { from: 'x' })).status).toBe(400);
  });
});
