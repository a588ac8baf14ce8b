import type { ApiClient, Problem } from '../support/api-client.js';
import { declare, PageUser, SCHEMA, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { AUTH } from '../support/test-user.js';

describe('declarations of collections', () => {
  let app: TestApp;
  let page: ApiClient;
  let user: PageUser;
  beforeAll(async () => {
    app = await TestApp.start();
    page = await withPublishableKey(app);
    user = await PageUser.create(app, page, { role: 'user', team: 'red', name: 'Ada' });
  });
  afterAll(() => app?.stop());

  const put = (body: unknown, collection = 'things') =>
    app.client.send<Problem>('PUT', `${SCHEMA}/${collection}`, body);

  it.each<unknown>([
    { owner: '$user._password' },
    { owner: '$user' },
    { owner: '$user.' },
    { owner: '$user.constructor' },
    { owner: '$user.a.__proto__' },
    { owner: '$users._id' },
    { owner: '$$ROOT' },
    { owner: '$request.headers' },
    { owner: '$other' },
    { owner: { part: '$user._id' } },
    { owner: ['$user._id'] },
    { owner: { $regex: '$user._id' } },
    { owner: { $size: '$user.n' } },
    { $expr: { $eq: ['$owner', 'x'] } },
    { $or: [{ $expr: true }] },
    { $where: 'true' },
    { $and: [{ $where: 'true' }] },
    { owner: { $function: 'x' } },
    { $text: { $search: 'x' } },
    { owner: { $near: [0, 0] } },
    { $jsonSchema: {} },
    { owner: { $regex: '(a+)+\\1' } },
    { owner: { $regex: '(' } },
    { owner: { $type: 'nonsense' } },
    { n: { $mod: [0, 1] } },
    { 'a..b': 1 },
    { constructor: 1 },
    { $unheard: 1 },
    { $or: [] },
    'text',
    [],
    7,
    true,
  ])('refuse the rule %j when it is saved', async (rule) => {
    const { status, body } = await put({ rules: { list: rule } });
    expect(status).toBe(400);
    expect(['rule_refused', 'forbidden_key']).toContain(body.code);
    expect((await app.client.get(`${SCHEMA}/things`)).status).toBe(404);
  });

  it.each([
    [{ rules: { read: {} } }],
    [{ rules: [] }],
    [{ rule: {} }],
    [{ stamp: { owner: '$user._password' } }],
    [{ stamp: { _id: '$user._id' } }],
    [{ stamp: { 'a.b': 1 } }],
    [{ stamp: { owner: { $ne: 1 } } }],
    [{ hidden: 'token' }],
    [{ hidden: ['_id'] }],
    [{ hidden: ['a..b'] }],
    [{ hidden: [7] }],
    [{ hidden: ['$x'] }],
    [{ indexes: {} }],
    [{ indexes: [{}] }],
    [{ indexes: [{ keys: {} }] }],
    [{ indexes: [{ keys: { a: 2 } }] }],
    [{ indexes: [{ keys: { a: 'text' } }] }],
    [{ indexes: [{ keys: { a: 1 }, unique: 'yes' }] }],
    [{ indexes: [{ keys: { a: 1 }, weights: {} }] }],
    [{ indexes: [{ keys: { a: 1 }, partialFilterExpression: { $where: '1' } }] }],
    [{ indexes: [{ keys: { a: 1 }, name: 'a b' }] }],
    [{ ttl: -1 }],
    [{ ttl: 1.5 }],
    [{ ttl: 'soon' }],
    [{ ttl: { field: '$x', seconds: 1 } }],
    [{ ttl: { field: 'a', seconds: 2 ** 31 } }],
    [{ defaults: [] }],
    [{ defaults: { _id: 1 } }],
    [{ defaults: { $set: 1 } }],
    [{ schema: true }],
    [{ schema: 'x' }],
    [{ validate: 'old' }],
    [[]],
    ['text'],
    [7],
  ])('refuse %j', async (body) => {
    expect((await put(body)).status).toBe(400);
    expect((await app.client.get(`${SCHEMA}/things`)).status).toBe(404);
  });

  it.each(['_SCHEMAS', '_KEYS', '_JOBS', 'system.users', 'a.b', '__proto__', 'a%00'])(
    'are not for the collection %s',
    async (collection) => {
      expect((await put({ rules: {} }, collection)).status).toBe(404);
    },
  );

  it('are for files and accounts as far as rules go', async () => {
    for (const collection of ['_USERS', '_ARCHIVE']) {
      expect((await put({ rules: { view: { _id: '$user._id' } } }, collection)).status).toBe(200);
      expect((await put({ schema: {} }, collection)).status).toBe(400);
      expect((await app.client.delete(`${SCHEMA}/${collection}`)).status).toBe(200);
    }
  });

  it('are a matter of secret keys', async () => {
    const calls = [
      user.client.get(SCHEMA),
      user.client.get(`${SCHEMA}/things`),
      user.client.send('PUT', `${SCHEMA}/things`, { rules: { list: {} } }),
      user.client.delete(`${SCHEMA}/things`),
      user.client.post(`${SCHEMA}/things/try`, { as: null, action: 'list' }),
    ];
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  });

  it('close the fields of accounts that rules read to their owners', async () => {
    await declare(app, 'teams', {
      rules: { list: { team: '$user.team' }, view: { level: '$user.rank.level' } },
    });
    const own = `${AUTH}/${user.key}`;
    for (const document of [
      { $set: { team: 'blue' } },
      { $set: { 'rank.level': 9 } },
      { $rename: { name: 'team' } },
      { $rename: { name: 'rank.level' } },
    ])
      expect((await user.client.patch<Problem>(own, { document })).body.code).toBe('update_refused');
    const body = { _key: 'eve@example.com', _password: 'correct horse battery', document: { team: 'blue' } };
    expect((await page.post<Problem>(`${AUTH}/signup`, body)).body.code).toBe('document_refused');
  });

  it('give a stored document no way to become an operator', async () => {
    await app.client.post(`${STORAGE}/teams`, [{ team: 'red' }, { team: 'green' }, {}]);
    // What a server stored in an account by mistake is compared as it is, or not at all.
    for (const team of [{ $ne: null }, { $regex: '.' }, ['red', 'green'], null]) {
      const other = await PageUser.create(app, page, { name: 'Bob' });
      await app.db.collection<{ _id: string }>('_USERS').updateOne({ _id: other.id }, { $set: { team } });
      expect((await other.client.get(`${STORAGE}/teams`)).body).toEqual([]);
    }
  });
});
