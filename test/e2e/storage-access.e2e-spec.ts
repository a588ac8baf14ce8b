import type { Problem } from '../support/api-client.js';
import { TestApp } from '../support/test-app.js';
import { TestUser } from '../support/test-user.js';

const ROUTES: [method: string, path: string, body?: unknown][] = [
  ['GET', ''],
  ['GET', '/some-id'],
  ['POST', '', { a: 1 }],
  ['PATCH', '/some-id', { document: { $set: { a: 1 } } }],
  ['PATCH', '', { document: { $set: { a: 1 } }, query: {} }],
  ['DELETE', '/some-id'],
  ['DELETE', '', { query: {} }],
  ['POST', '/aggregate', { pipeline: [] }],
];

describe('storage: who may call, and which collections there are', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { MONGODB_AUTH_COLLECTION: 'members' } });
  });
  afterAll(() => app?.stop());

  describe.each(ROUTES)('%s :collection%s', (method, path, body) => {
    const call = (client: TestApp['client'], collection: string) =>
      client.send<Problem>(method, `/service/storage/v1/${collection}${path}`, body);

    it('needs the API key', async () => {
      expect((await call(app.anonymous, 'notes')).body).toMatchObject({
        status: 401,
        code: 'api_key_required',
      });
      const wrong = await call(app.anonymous.with({ 'x-api-key': 'wrong' }), 'notes');
      expect(wrong.body).toMatchObject({ status: 401, code: 'api_key_invalid' });
    });

    it('refuses a user token that is not valid', async () => {
      expect((await call(app.client.as('forged.user.token'), 'notes')).body).toMatchObject({
        status: 401,
        code: 'token_invalid',
      });
    });

    it.each([
      '_USERS',
      '_',
      'system.users',
      'members',
      '__proto__',
      'a.b',
      'a$b',
      'a%20b',
      'a%00',
      'a%2F_USERS',
      'ä',
      '-a',
      'x'.repeat(101),
    ])('answers 404 for the collection %s', async (collection) => {
      const answer = await call(app.client, collection);
      expect(answer.status).toBe(404);
      expect(answer.body.code).toBe('not_found');
    });
  });

  it.each(['aggregate', 'constructor', 'toString', 'prototype', 'hasOwnProperty', '0', 'x'.repeat(100)])(
    'serves a collection named %s like any other',
    async (collection) => {
      const path = `/service/storage/v1/${collection}`;
      const inserted = await app.client.post<{ ids: string[] }>(path, { a: 1 });
      expect(inserted.status).toBe(201);
      const [id] = inserted.body.ids;
      expect((await app.client.get(`${path}/${id}`)).body).toMatchObject({ _id: id, a: 1 });
      expect((await app.client.post(`${path}/aggregate`, { pipeline: [{ $count: 'n' }] })).body).toEqual([
        { n: 1 },
      ]);
      expect((await app.client.delete(path, { query: {} })).body).toEqual({ deleted: 1 });
    },
  );

  it('accepts a user token that is valid, beside the key', async () => {
    const user = await TestUser.create(app);
    expect((await user.client.post('/service/storage/v1/notes', { a: 1 })).status).toBe(201);
    expect((await user.client.with({ 'x-api-key': undefined }).get('/service/storage/v1/notes')).status).toBe(
      401,
    );
  });

  it('leaves no trace of a refused collection', async () => {
    await app.client.post('/service/storage/v1/_SECRET', { a: 1 });
    expect(await app.db.listCollections({ name: '_SECRET' }).toArray()).toEqual([]);
  });
});
