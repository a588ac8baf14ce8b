import { hash } from '@node-rs/bcrypt';
import type { Problem } from '../support/api-client.js';
import { withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser, type SignedIn } from '../support/test-user.js';

const USERS = `${AUTH}/users`;

interface Listed {
  users: { _key: string }[];
  total: number;
}

interface Trail {
  entries: { what: string; user?: string; key?: string; ip?: string; api_key?: string; detail?: unknown }[];
}

describe('operators of accounts', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const code = async (user: TestUser) =>
    (await user.client.get<Problem | undefined>(`${AUTH}/sessions`)).body?.code ?? 'good';
  const trail = async (query: Record<string, string>) =>
    (await app.client.get<Trail>(`${AUTH}/audit`, query)).body.entries;

  it('need a secret key', async () => {
    const user = await TestUser.create(app);
    const browser = await withPublishableKey(app);
    for (const client of [browser, browser.as(user.token)])
      for (const path of [USERS, `${USERS}/${user.id}`, `${USERS}/${user.id}/export`, `${AUTH}/audit`])
        expect((await client.get<Problem>(path)).body).toMatchObject({
          status: 403,
          code: 'key_not_allowed',
        });
  });

  it('list and search', async () => {
    for (const [_key, role] of [
      ['op.one', 'admin'],
      ['op.two', 'editor'],
      ['opxthree', 'admin'],
    ])
      await app.client.post(USERS, { _key, _password: 'correct horse', document: { role } });
    const list = async (query: Record<string, unknown>) => (await app.client.get<Listed>(USERS, query)).body;
    expect((await list({ search: 'OP.' })).users.map(({ _key }) => _key)).toEqual(['op.two', 'op.one']);
    expect(await list({ search: 'op', query: { role: 'admin' } })).toMatchObject({ total: 2 });
    expect((await list({ search: 'op', limit: '1', skip: '1' })).users.map(({ _key }) => _key)).toEqual([
      'op.two',
    ]);
    expect(JSON.stringify(await list({}))).not.toMatch(/_password|\$2b/);
  });

  it.each([
    [{ query: '{"_password":{"$exists":true}}' }, 'query_refused'],
    [{ query: '[]' }, 'query_refused'],
    [{ query: 'nonsense' }, 'malformed_json'],
    [{ query: '{"__proto__":{}}' }, 'forbidden_key'],
    [{ query: '{"$where":"1"}' }, 'query_refused'],
    [{ limit: '0' }, 'validation_failed'],
    [{ limit: 'many' }, 'validation_failed'],
    [{ skip: '-1' }, 'validation_failed'],
    [{ collection: 'a b' }, 'validation_failed'],
    [{ more: '1' }, 'validation_failed'],
    [{ collection: 'nowhere' }, 'not_found'],
  ])('are refused the list %j', async (query, expected) => {
    expect((await app.client.get<Problem>(USERS, query)).body.code).toBe(expected);
  });

  it('freeze a user at once, and let them in again', async () => {
    const user = await TestUser.create(app);
    const frozen = await app.client.post(`${USERS}/${user.id}/freeze`);
    expect(frozen.body).toMatchObject({ _frozen: expect.any(String) as string });
    expect(await code(user)).toBe('token_invalid');
    const { refresh_token } = user.signedIn;
    expect((await app.client.post(`${AUTH}/token`, { refresh_token })).status).toBe(401);
    const credentials = { _key: user.key, _password: user.password };
    expect((await app.client.post<Problem>(`${AUTH}/signin`, credentials)).body.code).toBe('account_frozen');
    const wrong = await app.client.post<Problem>(`${AUTH}/signin`, {
      ...credentials,
      _password: 'wrong one',
    });
    expect(wrong.body.code).toBe('credentials_invalid');
    expect((await app.client.post(`${USERS}/${user.id}/unfreeze`)).body).not.toHaveProperty('_frozen');
    expect((await app.client.post(`${AUTH}/signin`, credentials)).status).toBe(200);
  });

  it('set roles, and sign a user out', async () => {
    const user = await TestUser.create(app);
    const set = (body: object) => app.client.patch(`${USERS}/${user.id}/roles`, body);
    expect((await set({ role: 'admin', roles: ['a', 'b'] })).body).toMatchObject({
      role: 'admin',
      roles: ['a', 'b'],
    });
    const { body } = await set({ role: null });
    expect(body).toMatchObject({ roles: ['a', 'b'] });
    expect(body).not.toHaveProperty('role');
    for (const bad of [{ role: {} }, { roles: 'admin' }, { roles: [{}] }, { more: 1 }])
      expect((await set(bad)).status).toBe(400);
    expect((await app.client.delete(`${USERS}/${user.id}/sessions`)).status).toBe(200);
    expect(await code(user)).toBe('token_invalid');
  });

  it('import users with their hashes, twice without harm', async () => {
    const _password = (await hash('imported password', { cost: 4 })).replace('$2b$', '$2a$');
    const users = [
      { _key: 'imported', _password, _verified: true, document: { name: 'Ada', role: 'admin' } },
      { _key: 'no-password' },
      { _key: 'plain', _password: 'plain text' },
      { _key: 'sessions' },
      { _key: 'hidden', document: { _generation: 7 } },
    ];
    const { body } = await app.client.post(`${USERS}/import`, { users });
    expect(body).toMatchObject({ imported: 2, skipped: [{ index: 2 }, { index: 3 }, { index: 4 }] });
    const again = await app.client.post(`${USERS}/import`, { users: users.slice(0, 2) });
    expect(again.body).toMatchObject({ imported: 0, skipped: [{ index: 0 }, { index: 1 }] });
    const signedIn = await app.client.post<SignedIn>(`${AUTH}/signin`, {
      _key: 'imported',
      _password: 'imported password',
    });
    expect(signedIn.body.user).toMatchObject({ name: 'Ada', role: 'admin', _verified: true });
    const elsewhere = await app.client.post(`${USERS}/import`, {
      users: [{ _key: 'a' }],
      collection: '_SESSIONS',
    });
    expect(elsewhere.status).toBe(404);
    expect((await app.client.post(`${USERS}/import`, { users: [] })).status).toBe(400);
  });

  it('export all that is kept of a user, but no secret', async () => {
    const user = await TestUser.create(app, { name: 'Ada' });
    const { status, body } = await app.client.get(`${USERS}/${user.id}/export`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      account: { _id: user.id, name: 'Ada' },
      sessions: [{ method: 'password' }],
      identities: [],
      passkeys: [],
    });
    expect((body as { audit: { what: string }[] }).audit.map(({ what }) => what)).toEqual([
      'user.signed_in',
      'user.created',
    ]);
    expect(JSON.stringify(body)).not.toMatch(/_password|\$2b\$|_totp/);
  });

  it.each(['delete', 'erase'] as const)('%s a user with all that belongs to them', async (how) => {
    const user = await TestUser.create(app);
    await app.client.post(`${AUTH}/passgen`, { _key: user.key });
    const answer =
      how === 'delete'
        ? await app.client.delete(`${USERS}/${user.id}`)
        : await app.client.post(`${USERS}/${user.id}/erase`);
    expect(answer.status).toBe(200);
    expect(await code(user)).toBe('token_invalid');
    expect((await app.client.get(`${AUTH}/${user.key}`)).status).toBe(404);
    for (const [collection, query] of [
      ['_SESSIONS', { user: user.id }],
      ['_CODES', { 'data.user': user.id }],
      ['_USERS', { _key: user.key }],
    ] as const)
      expect(await app.db.collection(collection).countDocuments(query)).toBe(0);
    const kept = await app.db.collection('_AUDIT').find({ what: 'user.created', key: user.key }).toArray();
    expect(kept).toHaveLength(how === 'delete' ? 1 : 0);
    expect((await app.client.delete<Problem>(`${USERS}/${user.id}`)).body.code).toBe('not_found');
  });

  it('read in the trail who did what, from where and when', async () => {
    const user = await TestUser.create(app);
    await app.client.post(`${AUTH}/signin`, { _key: user.key, _password: 'wrong' });
    await app.client.post(`${AUTH}/token`, { refresh_token: user.signedIn.refresh_token });
    await app.client.post(`${AUTH}/token`, { refresh_token: user.signedIn.refresh_token });
    const next = await user.signInAgain(app.client);
    await app.client.as(next.token).post(`${AUTH}/signout`);
    const own = await trail({ user: user.id });
    expect(own.map(({ what }) => what)).toEqual([
      'user.signed_out',
      'user.signed_in',
      'user.refresh_reused',
      'user.signed_in',
      'user.created',
    ]);
    expect(own[0]).toMatchObject({
      key: user.key,
      api_key: 'root',
      ip: expect.stringMatching(/127/) as string,
    });
    const [failed] = await trail({ what: 'user.sign_in_failed', limit: '1' });
    expect(failed).toMatchObject({ key: user.key });
    expect(JSON.stringify(await trail({ limit: '1000' }))).not.toMatch(/correct horse|\$2b\$|eyJ/);
    expect((await app.client.get(`${AUTH}/audit`, { before: 'yesterday' })).status).toBe(400);
  });
});
