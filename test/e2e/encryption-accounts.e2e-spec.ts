import type { Problem } from '../support/api-client.js';
import { raw } from '../support/encryption.js';
import { declare, PageUser, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { AUTH, TestUser } from '../support/test-user.js';

const PASSWORD = 'correct horse battery';

describe('encrypted fields of accounts', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
    await declare(app, '_USERS', {
      encrypted: { phone: { index: true }, name: {}, team: {} },
      rules: { view: { public: true } },
    });
  });
  afterAll(() => app?.stop());

  it('are plain for their owner and operators, and unreadable in the database', async () => {
    const user = await TestUser.create(app, { phone: '+44 123', name: 'Ada', plan: 'free' });
    expect(user.signedIn.user).toMatchObject({ phone: '+44 123', name: 'Ada', plan: 'free' });
    expect((await user.client.get(`${AUTH}/${user.key}`)).body).toMatchObject({ phone: '+44 123' });
    expect((await app.client.get(`${AUTH}/users/${user.id}`)).body).toMatchObject({ name: 'Ada' });
    const found = await app.client.get<{ users: object[]; total: number }>(`${AUTH}/users`, {
      query: { phone: '+44 123' },
    });
    expect(found.body).toMatchObject({ users: [{ _id: user.id, name: 'Ada' }], total: 1 });
    expect(await app.client.get<Problem>(`${AUTH}/users`, { query: { name: 'Ada' } })).toMatchObject({
      status: 400,
      body: { code: 'query_refused' },
    });
    const stored = JSON.stringify(await raw(app, '_USERS', user.id));
    expect(stored).toContain('"plan":"free"');
    expect(stored).not.toMatch(/\+44|Ada/);
    const exported = await app.client.get(`${AUTH}/users/${user.id}/export`);
    expect(JSON.stringify(exported.body)).toContain('+44 123');
  });

  it('are changed by their owner as a whole', async () => {
    const user = await TestUser.create(app, { phone: '1' });
    const patch = (document: unknown) => user.client.patch<Problem>(`${AUTH}/${user.key}`, { document });
    expect((await patch({ $set: { phone: '2', name: { first: 'Ada' } } })).body).toMatchObject({
      phone: '2',
      name: { first: 'Ada' },
    });
    expect((await raw(app, '_USERS', user.id))?.name).toMatchObject({ _sealed: {} });
    expect(await patch({ $inc: { phone: 1 } })).toMatchObject({
      status: 400,
      body: { code: 'update_refused' },
    });
    expect((await patch({ $set: { _password: 'another horse battery' } })).status).toBe(200);
    expect((await app.client.get(`${AUTH}/${user.key}`)).body).toMatchObject({ phone: '2' });
    expect((await app.client.patch(`${AUTH}/nobody`, { document: { $set: { phone: '1' } } })).status).toBe(
      404,
    );
  });

  it('are read by rules of other collections, and shown to others by rules alone', async () => {
    await declare(app, 'boards', { rules: { list: { team: '$user.team' } } });
    await app.client.post(`${STORAGE}/boards`, [
      { _id: 'red', team: 'red' },
      { _id: 'blue', team: 'blue' },
    ]);
    const page = await withPublishableKey(app);
    const user = await PageUser.create(app, page, { team: 'red' });
    expect((await user.client.get<{ _id: string }[]>(`${STORAGE}/boards`)).body).toMatchObject([
      { _id: 'red' },
    ]);
    const shown = await TestUser.create(app, { public: true, name: 'Seen' });
    const other = await TestUser.create(app, { name: 'Unseen' });
    expect((await user.client.get(`${AUTH}/${shown.key}`)).body).toMatchObject({ name: 'Seen' });
    expect((await user.client.get(`${AUTH}/${other.key}`)).status).toBe(404);
  });

  it('are taken by an import, and in other collections of accounts', async () => {
    const imported = await app.client.post(`${AUTH}/users/import`, {
      users: [{ _key: 'imported@example.com', document: { name: 'Imported' } }],
    });
    expect(imported.body).toMatchObject({ imported: 1 });
    const stored = await app.db.collection('_USERS').findOne({ _key: 'imported@example.com' });
    expect(stored?.name).toMatchObject({ _sealed: {} });
    await app.client.post(`${AUTH}/signup/customers`, { _key: 'first', _password: PASSWORD });
    await declare(app, 'customers', { encrypted: { vat: { index: true } } });
    await app.client.post(`${AUTH}/signup/customers`, {
      _key: 'eve',
      _password: PASSWORD,
      document: { vat: 'DE1' },
    });
    const { body } = await app.client.post(`${AUTH}/signin/customers`, {
      _key: 'eve',
      _password: PASSWORD,
      query: { vat: 'DE1' },
    });
    expect(body).toMatchObject({ user: { vat: 'DE1' } });
    expect((await app.db.collection('customers').findOne({ _key: 'eve' }))?.vat).toMatchObject({
      _sealed: {},
    });
    const refused = await app.client.send('PUT', '/service/schema/v1/customers', {
      indexes: [{ keys: { a: 1 } }],
    });
    expect(refused.status).toBe(400);
  });
});
