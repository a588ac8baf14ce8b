import type { ApiClient } from '../support/api-client.js';
import { declare, PageUser, SCHEMA, STORAGE, withPublishableKey } from '../support/publishable-key.js';
import { TestApp } from '../support/test-app.js';
import { TestProject } from '../support/test-project.js';

const OWN = { owner: '$user._id' };

interface Declared {
  collection: string;
  rules?: object;
  indexes?: { keys: object; name: string; status: string; progress: number | null; error?: string }[];
  ttl?: unknown;
  ttl_index?: { status: string };
  [part: string]: unknown;
}

describe('declarations', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  const get = async (collection: string) => (await app.client.get<Declared>(`${SCHEMA}/${collection}`)).body;

  /** The declaration as soon as nothing is built any more. */
  async function built(collection: string): Promise<Declared> {
    for (;;) {
      const declared = await get(collection);
      const states = [...(declared.indexes ?? []), ...(declared.ttl_index ? [declared.ttl_index] : [])];
      if (states.every(({ status }) => status !== 'building')) return declared;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  const indexesOf = async (collection: string) =>
    (await app.db.collection(collection).listIndexes().toArray()).map(({ key }) => key as object);

  it('are read as they were put, listed, replaced as a whole, and removed', async () => {
    const first = {
      schema: { type: 'object', properties: { $ref: { type: 'string' }, 'a.b': {} } },
      rules: { list: { 'team.id': { $in: ['$user.teams'] } }, create: {} },
      stamp: { owner: '$user._id', at: '$now', kind: 'note' },
      hidden: ['internal'],
      defaults: { due: { $date: '2030-01-01T00:00:00Z' }, n: 0 },
      ttl: { field: 'due', seconds: 60 },
    };
    const put = await app.client.send('PUT', `${SCHEMA}/notes`, first);
    expect(put.status).toBe(200);
    expect(put.body).toMatchObject({ collection: 'notes', ...first });
    expect(await get('notes')).toMatchObject(first);
    await declare(app, 'notes', { rules: { list: OWN } });
    const { _inserted, _patched, ...declared } = await get('notes');
    expect(declared).toEqual({ collection: 'notes', rules: { list: OWN } });
    expect([typeof _inserted, typeof _patched]).toEqual(['string', 'string']);
    const listed = await app.client.get<{ schemas: Declared[] }>(SCHEMA);
    expect(listed.body.schemas.map(({ collection }) => collection)).toEqual(['notes']);
    expect((await app.client.delete(`${SCHEMA}/notes`)).status).toBe(200);
    expect((await app.client.get(`${SCHEMA}/notes`)).status).toBe(404);
    expect((await app.client.delete(`${SCHEMA}/notes`)).status).toBe(404);
  });

  it('build indexes in the background, and remove those that are no longer declared', async () => {
    await app.client.post(`${STORAGE}/books`, [
      { isbn: 1, year: 1 },
      { isbn: 1, year: 2 },
    ]);
    await app.db.collection('books').createIndex({ own: 1 });
    await declare(app, 'books', {
      indexes: [
        { keys: { year: -1, isbn: 1 } },
        { keys: { isbn: 1 }, unique: true },
        {
          keys: { title: 1 },
          unique: true,
          name: 'title',
          partialFilterExpression: { title: { $type: 'string' } },
        },
      ],
    });
    const { indexes = [] } = await built('books');
    expect(indexes).toMatchObject([
      { keys: { year: -1, isbn: 1 }, status: 'ready', progress: 1 },
      {
        keys: { isbn: 1 },
        unique: true,
        status: 'failed',
        error: expect.stringContaining('unique') as string,
      },
      { keys: { title: 1 }, name: 'title', status: 'ready' },
    ]);
    expect(await indexesOf('books')).toEqual(
      expect.arrayContaining([{ own: 1 }, { year: -1, isbn: 1 }, { title: 1 }]),
    );
    await app.client.post(`${STORAGE}/books`, { title: 'Emma' });
    expect((await app.client.post(`${STORAGE}/books`, { title: 'Emma' })).status).toBe(409);
    await declare(app, 'books', { indexes: [{ keys: { title: 1 } }] });
    expect((await built('books')).indexes).toMatchObject([{ keys: { title: 1 }, status: 'ready' }]);
    expect(await indexesOf('books')).toEqual([{ _id: 1 }, { own: 1 }, { title: 1 }]);
    await app.client.delete(`${SCHEMA}/books`);
    expect(await indexesOf('books')).toEqual([{ _id: 1 }, { own: 1 }]);
  });

  it('delete documents after their time', async () => {
    await declare(app, 'codes', { ttl: 3600 });
    expect(await built('codes')).toMatchObject({ ttl: 3600, ttl_index: { status: 'ready', progress: 1 } });
    const indexes = await app.db.collection('codes').listIndexes().toArray();
    expect(indexes).toContainEqual(
      expect.objectContaining({ key: { _inserted: 1 }, expireAfterSeconds: 3600 }),
    );
  });

  it('are seen by another instance within three seconds', async () => {
    const other = await TestApp.start({ env: { MONGODB_DATABASE: app.databaseName } });
    try {
      const page = await withPublishableKey(app);
      const there = page.at(other.url);
      const statusOf = async (client: ApiClient) => (await client.get(`${STORAGE}/shared`)).status;
      expect(await statusOf(there)).toBe(404);
      const changes: [Record<string, unknown>, number][] = [
        [{ rules: { list: {} } }, 200],
        [{ rules: { view: {} } }, 404],
      ];
      for (const [declaration, status] of changes) {
        await declare(app, 'shared', declaration);
        expect(await statusOf(page)).toBe(status);
        await new Promise((resolve) => setTimeout(resolve, 1200));
        expect(await statusOf(there)).toBe(status);
      }
    } finally {
      await other.nest.close();
    }
  });

  it('are those of their project', async () => {
    await declare(app, 'ours', { rules: { list: {} } });
    const moon = await TestProject.create(app);
    expect((await moon.client.get(`${SCHEMA}/ours`)).status).toBe(404);
    const page = await moon.clientWith({ type: 'publishable' });
    expect((await page.get(`${STORAGE}/ours`)).status).toBe(404);
    expect((await (await withPublishableKey(app)).get(`${STORAGE}/ours`)).status).toBe(200);
  });

  describe('try', () => {
    let ada: PageUser;
    let bob: PageUser;
    beforeAll(async () => {
      const page = await withPublishableKey(app);
      [ada, bob] = [await PageUser.create(app, page), await PageUser.create(app, page)];
      await declare(app, 'tried', {
        rules: { list: OWN, view: OWN, create: OWN, update: { owner: '$user._key' }, aggregate: {} },
        stamp: { by: '$user._key' },
      });
      await app.client.post(`${STORAGE}/tried`, { _id: 'a', owner: ada.id });
    });

    const attempt = async (body: object) =>
      (await app.client.post<Record<string, unknown>>(`${SCHEMA}/tried/try`, body)).body;

    it('explains what somebody may do, and by which rule', async () => {
      const view = { action: 'view', query: { _id: 'a' } };
      expect(await attempt({ as: ada.key, ...view })).toEqual({
        allowed: true,
        rule: OWN,
        reason: expect.any(String) as string,
      });
      expect(await attempt({ as: bob.key, ...view })).toMatchObject({ allowed: false, rule: OWN });
      expect(await attempt({ as: null, ...view })).toMatchObject({
        allowed: false,
        reason: expect.stringContaining('placeholder') as string,
      });
      expect(await attempt({ as: ada.key, action: 'list' })).toMatchObject({ allowed: true });
      expect(await attempt({ as: null, action: 'list', query: {} })).toMatchObject({ allowed: false });
      expect(await attempt({ as: null, action: 'aggregate', query: {} })).toMatchObject({
        allowed: true,
        rule: {},
      });
      expect(await attempt({ as: ada.key, action: 'delete', query: {} })).toMatchObject({
        allowed: false,
        rule: null,
      });
    });

    it('explains whether a document would be admitted', async () => {
      const create = { as: bob.key, action: 'create' };
      expect(await attempt({ ...create, document: { owner: bob.id } })).toMatchObject({ allowed: true });
      for (const owner of [ada.id, [bob.id], undefined])
        expect(await attempt({ ...create, document: { owner } })).toMatchObject({ allowed: false });
      const update = { as: bob.key, action: 'update', document: { owner: bob.key } };
      expect(await attempt(update)).toMatchObject({ allowed: true });
    });

    it('refuses what makes no sense', async () => {
      const statusOf = async (body: object) => (await app.client.post(`${SCHEMA}/tried/try`, body)).status;
      expect(await statusOf({ as: 'nobody@example.com', action: 'list' })).toBe(404);
      expect(await statusOf({ action: 'list' })).toBe(400);
      expect(await statusOf({ as: 7, action: 'list' })).toBe(400);
      expect(await statusOf({ as: null, action: 'drop' })).toBe(400);
      expect(await statusOf({ as: null, action: 'list', query: [] })).toBe(400);
      expect(await statusOf({ as: null, action: 'create', query: {}, document: {} })).toBe(400);
      expect(await statusOf({ as: null, action: 'create', document: { a: { $where: 1 } } })).toBe(400);
    });
  });
});
