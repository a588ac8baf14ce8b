import type { ApiClient, Problem } from '../support/api-client.js';
import { declare, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const PASSWORD = 'correct horse battery';

describe('accounts and documents with a publishable key', () => {
  let app: TestApp;
  let page: ApiClient;
  let ada: TestUser;
  let asAda: ApiClient;
  beforeAll(async () => {
    app = await TestApp.start();
    page = await withPublishableKey(app);
    ada = await TestUser.create(app, { role: 'user', name: 'Ada' });
    asAda = page.as(ada.token);
  });
  afterAll(() => app?.stop());

  const own = () => `${AUTH}/${ada.key}`;

  it('sign up, sign in, see and change themselves', async () => {
    const _key = 'eve@example.com';
    const up = await page.post(`${AUTH}/signup`, { _key, _password: PASSWORD, document: { name: 'Eve' } });
    expect(up.status).toBe(201);
    const { token } = (await page.post<{ token: string }>(`${AUTH}/signin`, { _key, _password: PASSWORD }))
      .body;
    const eve = page.as(token);
    expect((await eve.get(`${AUTH}/${_key}`)).body).toMatchObject({ name: 'Eve' });
    const changed = await eve.patch(`${AUTH}/${_key}`, { document: { $set: { name: 'Eva' } } });
    expect(changed.body).toMatchObject({ name: 'Eva' });
  });

  it('see and change nobody else, and nobody at all without a token', async () => {
    const other = await TestUser.create(app);
    for (const client of [asAda, page]) {
      expect((await client.get(`${AUTH}/${other.key}`)).status).toBe(404);
      const document = { $set: { name: 'mine' } };
      expect((await client.patch(`${AUTH}/${other.key}`, { document })).status).toBe(404);
    }
    expect((await page.get(own())).status).toBe(404);
  });

  it.each([[{ role: 'admin' }], [{ roles: ['admin'] }], [{ name: 'x', role: null }]])(
    'cannot sign up with %j',
    async (document) => {
      const _key = 'mallory@example.com';
      const up = await page.post<Problem>(`${AUTH}/signup`, { _key, _password: PASSWORD, document });
      expect(up.body).toMatchObject({ status: 400, code: 'document_refused' });
      expect(await app.db.collection('_USERS').countDocuments({ _key })).toBe(0);
    },
  );

  it.each([
    { $set: { role: 'admin' } },
    { $set: { 'role.name': 'admin' } },
    { $set: { 'roles.0': 'admin' } },
    { $unset: { role: '' } },
    { $rename: { name: 'role' } },
    { $rename: { role: 'name' } },
    { $rename: { name: 'roles.admin' } },
    { $push: { roles: 'admin' } },
    { $addToSet: { roles: 'admin' } },
    { $max: { role: 'z' } },
    { $min: { role: 'a' } },
    { $inc: { role: 1 } },
    { $currentDate: { roles: true } },
    { $setOnInsert: { role: 'admin' } },
    { $pull: { roles: 'user' } },
    { $bit: { role: { or: 1 } } },
  ])('cannot change what rules decide by: %j', async (document) => {
    const answer = await asAda.patch<Problem>(own(), { document });
    expect(answer.body).toMatchObject({ status: 400, code: 'update_refused' });
    expect(await app.db.collection('_USERS').findOne({ _key: ada.key })).toMatchObject({
      role: 'user',
      name: 'Ada',
    });
  });

  it('leave these fields to servers', async () => {
    expect((await app.client.patch(own(), { document: { $set: { role: 'editor' } } })).status).toBe(200);
    await app.client.patch(own(), { document: { $set: { role: 'user' } } });
  });

  it('see others as far as the rules of accounts say', async () => {
    const shown = await TestUser.create(app, { shown: true, name: 'Grace' });
    const secret = await TestUser.create(app, { shown: false });
    await declare(app, '_USERS', { rules: { view: { shown: true } } });
    for (const client of [asAda, page]) {
      const { status, body } = await client.get(`${AUTH}/${shown.key}`);
      expect([status, body]).toEqual([200, expect.objectContaining({ name: 'Grace' })]);
      expect(body).not.toHaveProperty('_password');
      expect((await client.get(`${AUTH}/${secret.key}`)).status).toBe(404);
      const document = { $set: { name: 'mine' } };
      expect((await client.patch(`${AUTH}/${shown.key}`, { document })).status).toBe(404);
    }
    expect((await asAda.get(own())).status).toBe(200);
  });

  it('reach no documents while no rule opens them', async () => {
    const path = '/service/storage/v1/notes';
    await app.client.post(path, { _id: 'note', a: 1 });
    const answers = await Promise.all([
      asAda.get(path),
      asAda.get(`${path}/note`),
      asAda.post(path, { a: 2 }),
      asAda.patch(`${path}/note`, { document: { $set: { a: 2 } } }),
      asAda.patch(path, { query: {}, document: { $set: { a: 2 } } }),
      asAda.delete(`${path}/note`),
      asAda.delete(path, { query: {} }),
      asAda.post(`${path}/aggregate`, { pipeline: [] }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(404));
    expect((await app.client.get(path)).body).toMatchObject([{ _id: 'note', a: 1 }]);
  });
});
